"use client";
import { isTerminal, type RunDetail, type RunStatus } from "@djinnbot/contracts";
import {
  Badge,
  CodeText,
  cn,
  Duration,
  formatDuration,
  Money,
  Progress,
  RelativeTime,
  StatusBadge,
  TextLink,
  TokenCount,
} from "@djinnbot/ui";
import { FlaskConical } from "lucide-react";
import { type ReactNode, useState } from "react";
import { RunBudget } from "@/features/budget/run-budget.tsx";
import { RunActions } from "./run-actions.tsx";
import { workTime } from "./work-time.ts";

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
      <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
        <Fact label="Pipeline">
          <TextLink href={`/pipelines/${encodeURIComponent(run.pipelineId)}`}>
            {run.pipelineName ?? run.pipelineId}
          </TextLink>
        </Fact>
        <Fact label="Repository">
          {run.repository === null ? (
            <span className="text-muted">A fresh one</span>
          ) : (
            <CodeText text={run.repository} truncate className="max-w-72" />
          )}
        </Fact>
        {run.taskBranch === null ? null : (
          <Fact label="Branch">
            <CodeText text={run.taskBranch} truncate className="max-w-72" />
          </Fact>
        )}
        {run.parentRunId === null ? null : (
          <Fact label="Part of">
            <TextLink href={`/runs/${run.parentRunId}`}>{run.parentRunId}</TextLink>
          </Fact>
        )}
        {run.forkedFrom === null ? null : (
          <Fact label="Forked from">
            <TextLink href={`/runs/${run.forkedFrom}`}>{run.forkedFrom}</TextLink>
          </Fact>
        )}
        {run.modelOverride === null ? null : (
          <Fact label="Model">
            <CodeText text={run.modelOverride} truncate className="max-w-60" />
          </Fact>
        )}
        <Fact label={run.startedAt === null ? "Created" : "Started"}>
          <RelativeTime at={run.startedAt ?? run.createdAt} />
        </Fact>
        <Fact label="Duration">
          <Worked run={run} status={status} />
        </Fact>
        <Fact label="Cost">
          <Money micros={run.costMicros} />
          {run.costApproximate ? <span className="text-muted"> approx.</span> : null}
        </Fact>
        <Fact label="Tokens">
          <TokenCount value={run.inputTokens} /> <span className="text-muted">in ·</span>{" "}
          <TokenCount value={run.outputTokens} /> <span className="text-muted">out</span>
        </Fact>
      </dl>
      <Progress
        label="Steps completed"
        value={Math.min(run.stepsCompleted, run.stepsTotal)}
        // What a completed run left out lay on another way: nothing of it is missing.
        max={status === "completed" ? Math.max(1, run.stepsCompleted) : run.stepsTotal}
        tone={status in BAR ? BAR[status as keyof typeof BAR] : "info"}
      />
      <RunBudget runId={run.id} />
    </header>
  );
}

/** The time it worked; that from its first start to its end, with all the waiting, on hover. */
function Worked({ run, status }: { run: RunDetail; status: RunStatus }) {
  const work = workTime(run);
  const end = run.completedAt ?? (isTerminal(status) ? run.updatedAt : null);
  if (work === null) {
    return <Duration from={run.startedAt} to={end} />;
  }
  const since = end === null && work.since !== null ? work.since - work.ms : null;
  const ms = work.since === null ? work.ms : work.ms + Math.max(0, (end ?? work.since) - work.since);
  const span = run.startedAt === null || end === null ? null : formatDuration(end - run.startedAt);
  return (
    <span title={span === null ? "The time it worked" : `${span} from its first start to its end`}>
      {since === null ? <Duration ms={ms} /> : <Duration from={since} />}
    </span>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

/** The first line of the task is the title; the rest follows shortened, all of it on demand. */
function Task({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const [title = "", ...others] = text.trim().split("\n");
  const rest = others.join("\n").trim();
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
