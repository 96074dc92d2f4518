"use client";
import { isTerminal, type RunDetail, type RunStatus } from "@djinnbot/contracts";
import { Button, CodeText, Money, RelativeTime, TextLink, TokenCount } from "@djinnbot/ui";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { RunBudget } from "@/features/budget/run-budget.tsx";
import { trpc } from "@/trpc/client.ts";
import { Fact } from "./fact.tsx";
import { runTitle } from "./run-title.ts";
import { workTime } from "./work-time.ts";
import { WorkedTime } from "./worked-time.tsx";

type RunFactsProps = { run: RunDetail; status: RunStatus };

/** Where the run works, since when, and what it has cost. On a phone all but time and cost is folded. */
export function RunFacts({ run, status }: RunFactsProps) {
  const [open, setOpen] = useState(false);
  const more = open ? undefined : "max-sm:hidden";
  return (
    <div className="flex items-start justify-between gap-4">
      <dl className="flex min-w-0 flex-wrap gap-x-6 gap-y-2 text-sm">
        <Origin run={run} className={more} />
        <Fact label={run.startedAt === null ? "Created" : "Started"} className={more}>
          <RelativeTime at={run.startedAt ?? run.createdAt} />
        </Fact>
        <Fact label="Duration">
          <WorkedTime run={{ ...run, status }} work={workTime(run)} />
        </Fact>
        <Fact label="Cost">
          <Money micros={run.costMicros} />
          {run.costApproximate ? <span className="text-muted"> approx.</span> : null}
        </Fact>
        <Fact label="Tokens" className={more}>
          <TokenCount value={run.inputTokens} /> <span className="text-muted">in ·</span>{" "}
          <TokenCount value={run.outputTokens} /> <span className="text-muted">out</span>
        </Fact>
        <RunBudget runId={run.id} over={isTerminal(status)} className={more} />
      </dl>
      <Button
        size="sm"
        variant="ghost"
        className="sm:hidden"
        aria-expanded={open}
        icon={<ChevronDown aria-hidden className={open ? "rotate-180" : undefined} />}
        onClick={() => setOpen(!open)}
      >
        Details
      </Button>
    </div>
  );
}

/** Pipeline, repository and the runs it comes from. */
function Origin({ run, className }: { run: RunDetail; className: string | undefined }) {
  return (
    <>
      <Fact label="Pipeline" className={className}>
        <TextLink href={`/pipelines/${encodeURIComponent(run.pipelineId)}`}>
          {run.pipelineName ?? run.pipelineId}
        </TextLink>
      </Fact>
      <Fact label="Repository" className={className}>
        {run.repository === null ? (
          <span className="text-muted">A fresh one</span>
        ) : (
          <CodeText text={run.repository} truncate className="max-w-72" />
        )}
      </Fact>
      {run.taskBranch === null ? null : (
        <Fact label="Branch" className={className}>
          <CodeText text={run.taskBranch} truncate className="max-w-72" />
        </Fact>
      )}
      {run.parentRunId === null ? null : (
        <Fact label="Part of" className={className}>
          <OtherRun runId={run.parentRunId} />
        </Fact>
      )}
      {run.forkedFrom === null ? null : (
        <Fact label="Forked from" className={className}>
          <OtherRun runId={run.forkedFrom} />
        </Fact>
      )}
      {run.modelOverride === null ? null : (
        <Fact label="Model" className={className}>
          <CodeText text={run.modelOverride} truncate className="max-w-60" />
        </Fact>
      )}
    </>
  );
}

/** Another run under its title; one that is gone keeps its id. */
function OtherRun({ runId }: { runId: string }) {
  const other = trpc.runs.get.useQuery({ runId }, { staleTime: Number.POSITIVE_INFINITY });
  const title = other.data === undefined ? runId : runTitle(other.data.task);
  return (
    <TextLink href={`/runs/${runId}`} title={runId} className="inline-block max-w-60 truncate align-bottom">
      {title}
    </TextLink>
  );
}
