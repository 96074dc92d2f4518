"use client";
import { Card, CardBody, CardHeader, cn, Skeleton } from "@djinnbot/ui";
import { CircleCheck, CircleX, Server, TriangleAlert } from "lucide-react";
import { FaultState } from "../form/fault-state.tsx";
import type { Home } from "./use-home.ts";
import type { PartState } from "./verdict.ts";

const SIGNS = {
  ok: { icon: CircleCheck, classes: "text-ok", word: "All right" },
  warn: { icon: TriangleAlert, classes: "text-warn", word: "Attention" },
  danger: { icon: CircleX, classes: "text-danger", word: "Broken" },
};

/** The parts of the installation and how they are. */
export function SystemCard({ home }: { home: Home }) {
  const { parts, error, retry } = home.system;
  return (
    <Card>
      <CardHeader icon={<Server aria-hidden />} title="System" />
      <CardBody className="p-0">
        {parts ? (
          <ul className="divide-y divide-line">
            {parts.map((part) => (
              <Part key={part.name} part={part} />
            ))}
          </ul>
        ) : error ? (
          <FaultState
            compact
            title="The system's state could not be loaded"
            error={error}
            onRetry={retry}
            className="m-3"
          />
        ) : (
          <div role="status" aria-label="Loading" className="divide-y divide-line">
            {[0, 1, 2, 3, 4, 5, 6].map((row) => (
              <div key={row} className="px-4 py-2 text-sm">
                <Skeleton className="h-[1.45em]" />
              </div>
            ))}
          </div>
        )}
      </CardBody>
    </Card>
  );
}

function Part({ part }: { part: PartState }) {
  const sign = SIGNS[part.state];
  return (
    <li className="px-4 py-2 text-sm">
      <div className="flex items-center gap-2">
        <sign.icon role="img" aria-label={sign.word} className={cn("size-4 shrink-0", sign.classes)} />
        <span className="text-muted">{part.name}</span>
        <span className="ml-auto min-w-0 truncate text-right" title={part.value}>
          {part.value}
        </span>
      </div>
      {part.remedy === null ? null : <p className="mt-0.5 pl-6 text-xs text-muted">{part.remedy}</p>}
    </li>
  );
}
