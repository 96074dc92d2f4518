/** A run's parts, page by page: nothing here holds more than one page, however long the run was. */
import type { Step } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { Ctx } from "../../ctx.ts";
import type { LoggedEvent } from "../overlap.ts";
import { toStep } from "../queries.ts";
import { type StepPlace, stepEvents } from "../step-events.ts";

const stepsPerPage = 20;
const eventsPerPage = 200;
const callsPerPage = 200;
const maxText = 200_000;

export interface ExportedStep {
  step: Step;
  place: StepPlace;
}

export async function* readSteps(ctx: Ctx, runId: string): AsyncGenerator<ExportedStep> {
  for (let sequence = 0; ; ) {
    const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
      tx.step.findMany({
        where: { runId, sequence: { gt: sequence } },
        orderBy: { sequence: "asc" },
        take: stepsPerPage,
      }),
    );
    for (const row of rows) {
      sequence = row.sequence;
      yield { step: toStep(row), place: row };
    }
    if (rows.length < stepsPerPage) {
      return;
    }
  }
}

/** What the step said and did; texts that came in pieces are in one piece, so that nothing in them is cut apart. */
export async function* readTranscript(ctx: Ctx, place: StepPlace): AsyncGenerator<LoggedEvent> {
  let held: LoggedEvent | undefined;
  for await (const event of readEvents(ctx, place)) {
    const glued: LoggedEvent | undefined = held && glue(held, event);
    if (held && !glued) {
      yield held;
    }
    held = glued ?? event;
  }
  if (held) {
    yield held;
  }
}

function glue(a: LoggedEvent, b: LoggedEvent): LoggedEvent | undefined {
  const fits = a.type === b.type && typeof a.chunk === "string" && typeof b.chunk === "string";
  return fits && `${a.chunk}${b.chunk}`.length <= maxText ? { ...a, chunk: `${a.chunk}${b.chunk}` } : undefined;
}

async function* readEvents(ctx: Ctx, place: StepPlace): AsyncGenerator<LoggedEvent> {
  for (let after = "0-0"; ; ) {
    const page = await stepEvents(ctx, place, { after, take: eventsPerPage });
    for (const event of page) {
      after = event.streamId;
      // What the agent was about at each moment is of no use afterwards.
      if (event.type !== "AGENT_STATE") {
        yield event;
      }
    }
    if (page.length < eventsPerPage) {
      return;
    }
  }
}

export interface ExportedCall {
  at: number;
  stepId: string | null;
  model: string;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costMicros: number | null;
  costApproximate: boolean;
  durationMs: number | null;
  status: number | null;
  error: string | null;
}

/** Model calls, oldest first; nothing about keys. */
export async function* readCalls(ctx: Ctx, runId: string): AsyncGenerator<ExportedCall> {
  for (let cursor: string | undefined; ; ) {
    const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
      tx.llmCallLog.findMany({
        where: { runId },
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
        take: callsPerPage,
        ...(cursor === undefined ? {} : { cursor: { id: cursor }, skip: 1 }),
      }),
    );
    for (const row of rows) {
      cursor = row.id;
      const { stepId, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, durationMs, status, error } = row;
      yield {
        at: Number(row.createdAt),
        ...{ stepId, model: `${row.provider}/${row.model}` },
        ...{ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
        costMicros: row.costTotalMicros === null ? null : Number(row.costTotalMicros),
        costApproximate: row.costApproximate,
        ...{ durationMs, status, error },
      };
    }
    if (rows.length < callsPerPage) {
      return;
    }
  }
}
