"use client";
import type { ListedRun } from "@djinnbot/contracts";
import {
  cn,
  Money,
  RelativeTime,
  Skeleton,
  StatusBadge,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
} from "@djinnbot/ui";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { memo } from "react";
import { isUnpushed, NotPushed } from "./not-pushed.tsx";
import { runTitle } from "./run-title.ts";
import { workOf } from "./work-time.ts";
import { WorkedTime } from "./worked-time.tsx";

/** Runs as rows; on a phone each is a small card of two lines. */
export function RunsTable({ runs, dimmed }: { runs: readonly ListedRun[]; dimmed: boolean }) {
  return (
    <div className={cn("transition-opacity", dimmed && "opacity-60")}>
      <div className="max-sm:hidden">
        <Table label="Runs">
          <Head />
          <TableBody>
            {runs.map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </TableBody>
        </Table>
      </div>
      <ul aria-label="Runs" className="sm:hidden">
        {runs.map((run) => (
          <li key={run.id} className="border-b border-line last:border-b-0">
            <SmallRow run={run} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Head() {
  return (
    <TableHead>
      <tr>
        <TableHeaderCell>Status</TableHeaderCell>
        <TableHeaderCell>Task</TableHeaderCell>
        <TableHeaderCell className="max-lg:hidden">Pipeline</TableHeaderCell>
        <TableHeaderCell>Steps</TableHeaderCell>
        <TableHeaderCell align="right">Cost</TableHeaderCell>
        <TableHeaderCell align="right" className="max-md:hidden">
          Duration
        </TableHeaderCell>
        <TableHeaderCell align="right">Started</TableHeaderCell>
      </tr>
    </TableHead>
  );
}

/** The table to come: its head, and rows of the same height and columns. */
export function RunsTableSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <div inert className="max-sm:hidden">
        <Table label="Runs">
          <Head />
          <TableBody>
            {PLACES.map((place) => (
              <TableRow key={place}>
                <TableCell className="w-32">
                  <Skeleton className="h-5 w-24" />
                </TableCell>
                <TableCell className="w-full min-w-40">
                  <Skeleton className="w-2/3" />
                </TableCell>
                <TableCell className="max-lg:hidden">
                  <Skeleton className="w-24" />
                </TableCell>
                <TableCell>
                  <Skeleton className="w-16" />
                </TableCell>
                <TableCell>
                  <Skeleton className="ml-auto w-12" />
                </TableCell>
                <TableCell className="max-md:hidden">
                  <Skeleton className="ml-auto w-14" />
                </TableCell>
                <TableCell>
                  <Skeleton className="ml-auto w-20" />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
      <div className="sm:hidden">
        {PLACES.map((place) => (
          <div key={place} className="flex flex-col gap-1 border-b border-line px-3 py-2.5 last:border-b-0">
            <Skeleton className="h-5 w-24" />
            <Skeleton className="h-5 w-4/5" />
            <Skeleton className="w-1/2" />
          </div>
        ))}
      </div>
    </div>
  );
}

const PLACES = [1, 2, 3, 4, 5, 6, 7, 8];

const Row = memo(function Row({ run }: { run: ListedRun }) {
  const router = useRouter();
  const href = `/runs/${run.id}`;
  return (
    <TableRow onOpen={() => router.push(href)}>
      <TableCell className="w-32">
        <span className="flex flex-wrap gap-1 xl:flex-nowrap">
          <StatusBadge status={run.status} />
          {isUnpushed(run) ? <NotPushed /> : null}
        </span>
      </TableCell>
      <TableCell truncate className="w-full min-w-40">
        <Link href={href} tabIndex={-1} className="hover:underline" title={run.task}>
          {runTitle(run.task)}
        </Link>
      </TableCell>
      <TableCell className="max-w-48 truncate whitespace-nowrap text-muted max-lg:hidden">
        {run.pipelineName ?? run.pipelineId}
      </TableCell>
      <TableCell className="whitespace-nowrap">
        <Steps run={run} />
      </TableCell>
      <TableCell align="right" className="whitespace-nowrap">
        <Cost run={run} />
      </TableCell>
      <TableCell align="right" className="whitespace-nowrap max-md:hidden">
        <RunDuration run={run} />
      </TableCell>
      <TableCell align="right" className="whitespace-nowrap text-muted">
        <RelativeTime at={run.startedAt ?? run.createdAt} />
      </TableCell>
    </TableRow>
  );
});

function SmallRow({ run }: { run: ListedRun }) {
  return (
    <Link href={`/runs/${run.id}`} data-focus="inset" className="flex flex-col gap-1 px-3 py-2.5">
      <span className="flex items-center justify-between gap-2">
        <span className="flex items-center gap-2">
          <StatusBadge status={run.status} variant="plain" />
          {isUnpushed(run) ? <NotPushed plain /> : null}
        </span>
        <span className="text-xs text-muted">
          <RelativeTime at={run.startedAt ?? run.createdAt} />
        </span>
      </span>
      <span dir="auto" className="line-clamp-2 text-sm wrap-anywhere">
        {runTitle(run.task)}
      </span>
      <span className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
        <span dir="auto" className="min-w-0 truncate">
          {run.pipelineName ?? run.pipelineId}
        </span>
        <Steps run={run} />
        <Cost run={run} />
        <RunDuration run={run} />
      </span>
    </Link>
  );
}

const BARS: Partial<Record<ListedRun["status"], string>> = {
  completed: "bg-ok",
  failed: "bg-danger",
  cancelled: "bg-faint",
  waiting: "bg-warn",
  paused: "bg-warn",
};

function Steps({ run }: { run: ListedRun }) {
  const done = Math.min(run.stepsCompleted, run.stepsTotal);
  const share = run.stepsTotal === 0 ? 0 : done / run.stepsTotal;
  return (
    <span className="inline-flex items-center gap-2 align-middle text-xs text-muted">
      <span aria-hidden className="h-1 w-10 overflow-hidden rounded-full bg-hover max-md:hidden">
        <span
          className={cn("block h-full rounded-full", BARS[run.status] ?? "bg-info")}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span>
        {done}/{run.stepsTotal}
        <span className="sr-only"> steps</span>
      </span>
    </span>
  );
}

function Cost({ run }: { run: ListedRun }) {
  return (
    <span title={run.costApproximate ? "Approximate: the price of some calls is not known" : undefined}>
      {run.costApproximate ? "≈ " : ""}
      <Money micros={run.costMicros} />
    </span>
  );
}

function RunDuration({ run }: { run: ListedRun }) {
  return <WorkedTime run={run} work={workOf(run)} />;
}
