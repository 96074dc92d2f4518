"use client";
import type { RunEvent } from "@djinnbot/contracts";
import { useEffect, useMemo, useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { buildTimeline, liveStatus } from "./timeline.ts";
import { attemptKey } from "./transcript-model.ts";
import { useRunFeed } from "./use-run-feed.ts";

/** Events after which the rows of the run say something new; what is only narrated is not among them. */
const CHANGES: ReadonlySet<RunEvent["type"]> = new Set([
  "RUN_CREATED",
  "RUN_UPDATED",
  "RUN_STATUS_CHANGED",
  "RUN_COMPLETE",
  "RUN_FAILED",
  "RUN_CANCELLED",
  "STEP_QUEUED",
  "STEP_STARTED",
  "STEP_COMPLETE",
  "STEP_FAILED",
  "STEP_RETRYING",
  "STEP_CANCELLED",
  "USAGE",
  "APPROVAL_REQUESTED",
  "APPROVAL_DECIDED",
  "LOOP_ITEM_COMPLETE",
  "LOOP_ITEM_FAILED",
  "BRANCH_STARTED",
  "BRANCH_ENDED",
  "DELEGATION_STARTED",
  "DELEGATION_TASK",
  "DELEGATION_ENDED",
  "BUDGET_WARNING",
  "BUDGET_EXCEEDED",
  "BRANCH_PUSHED",
]);
/** Rows are read again at most this often (ms), however much is told. */
const REREAD_MS = 700;

/** One run: its rows, kept up to date by its events, and what the events tell beyond them. */
export function useRun(runId: string) {
  const utils = trpc.useUtils();
  const run = trpc.runs.get.useQuery({ runId });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  const reread = () => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      void utils.runs.get.invalidate({ runId });
      void utils.llmCalls.list.invalidate({ runId });
      void utils.budgets.list.invalidate({ runId });
      void utils.delegations.list.invalidate({ runId });
      void utils.runs.usage.invalidate({ runId });
      void utils.workspaces.history.invalidate({ runId });
    }, REREAD_MS);
  };
  const { data, dataUpdatedAt } = run;
  const stored = useMemo(() => {
    const last = data?.steps.at(-1);
    const lastKey = last === undefined ? null : attemptKey(last.stepId, last.attempt);
    return data === undefined
      ? null
      : { status: data.status, updatedAt: data.updatedAt, readAt: dataUpdatedAt, lastKey };
  }, [data, dataUpdatedAt]);
  const feed = useRunFeed(runId, {
    stored,
    onFresh: (events) => {
      if (events.some((event) => CHANGES.has(event.type))) {
        reread();
      }
    },
    onEnd: () => {
      void utils.runs.get.invalidate({ runId });
      void utils.delegations.list.invalidate({ runId });
    },
  });
  const status = run.data ? liveStatus(run.data, feed.model) : null;
  const steps = run.data?.steps;
  const plan = run.data?.plan;
  const timeline = useMemo(() => {
    const entries = buildTimeline(steps ?? [], feed.model, plan);
    // What a completed run left out lay on another way.
    return status === "completed" ? entries.filter(({ planned }) => !planned) : entries;
  }, [steps, feed.model, plan, status]);
  return { run, feed, timeline, status };
}
