"use client";
import type { RunDetail, RunStatus } from "@djinnbot/contracts";
import { Badge, cn, Progress, StatusBadge } from "@djinnbot/ui";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { isUnpushed, NotPushed } from "./not-pushed.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunFacts } from "./run-facts.tsx";
import { runTitle } from "./run-title.ts";

const BAR = { completed: "ok", failed: "danger", cancelled: "neutral", waiting: "warn", paused: "warn" } as const;

/** What the run is, how far it is, what it cost so far, and what can be done with it. */
export function RunHeader({ run, status }: { run: RunDetail; status: RunStatus }) {
  const demo = run.steps.some((step) => step.modelUsed?.startsWith("demo/"));
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1.5">
          <div className="flex flex-wrap items-center gap-2" role="status" aria-label="State of the run">
            <StatusBadge status={status} />
            {isUnpushed({ status, pushStatus: run.push.status }) ? <NotPushed /> : null}
            {run.pausing && status === "running" ? <Badge tone="warn">Pausing after this turn</Badge> : null}
            {demo ? (
              <Badge tone="info" icon={<FlaskConical aria-hidden />}>
                Demo model — scripted replies
              </Badge>
            ) : null}
          </div>
          <Task text={run.task} />
        </div>
        <RunActions run={run} status={status} />
      </div>
      <RunFacts run={run} status={status} />
      <Progress
        label="Steps completed"
        value={run.stepsCompleted}
        // What a completed run left out lay on another way: nothing of it is missing.
        max={status === "completed" ? Math.max(1, run.stepsCompleted) : Math.max(run.stepsCompleted, run.stepsTotal)}
        tone={status in BAR ? BAR[status as keyof typeof BAR] : "info"}
      />
    </header>
  );
}

/** The first line of the task is the title; the rest follows shortened, all of it on demand. */
function Task({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const title = runTitle(text);
  const rest = text.trim().split("\n").slice(1).join("\n").trim();
  const long = title.length > 200 || rest.length > 160 || rest.includes("\n");
  return (
    <div className="prose-width min-w-0">
      <h1 dir="auto" className={cn("text-lg font-semibold wrap-anywhere", !open && "line-clamp-2")}>
        {title}
      </h1>
      {rest === "" ? null : (
        <p
          dir="auto"
          className={cn(
            "text-sm wrap-anywhere whitespace-pre-wrap text-muted [unicode-bidi:plaintext]",
            !open && "line-clamp-1",
          )}
        >
          {rest}
        </p>
      )}
      {long ? (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="rounded-sm text-xs text-accent-text hover:underline"
        >
          {open ? "Show less" : "Show the whole task"}
        </button>
      ) : null}
    </div>
  );
}
