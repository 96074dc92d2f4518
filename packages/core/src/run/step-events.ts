/** What one execution of a step said and did: stored as far as it is copied, and from there on as the stream has it. */
import { notFound, transcriptTypes } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { isAfter, runEvents, toEntries } from "@djinnbot/events";
import type { Ctx } from "../ctx.ts";
import type { LoggedEvent } from "./overlap.ts";
import { getRunOrFault } from "./queries.ts";
import { eventOf, storedEvents } from "./stored-events.ts";

export interface StepPlace {
  runId: string;
  stepId: string;
  attempt: number;
  sessionId: string | null;
  /** How far the stream is copied; null when nothing is. */
  transcriptCursor: string | null;
  /** When all of it was copied. */
  transcriptAt: bigint | null;
  startedAt: bigint | null;
}

const told = new Set(transcriptTypes);
/** The clocks of Redis and of the engine may differ by this much. */
const slackMs = 10_000;

/** Throws NOT_FOUND for a run or a step that is not there. */
export async function latestStep(
  ctx: Ctx,
  { runId, stepId, attempt }: { runId: string; stepId: string; attempt: number | undefined },
): Promise<StepPlace> {
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, runId);
    const where = { runId, stepId, ...(attempt === undefined ? {} : { attempt }) };
    const row = await tx.step.findFirst({ where, orderBy: { attempt: "desc" } });
    if (!row) {
      throw notFound("Step");
    }
    return row;
  });
}

/** At most `take` events, oldest first: the first ones after a place, else the last ones (before a place). */
export async function stepEvents(
  ctx: Ctx,
  step: StepPlace,
  { after, before, take }: { after?: string | undefined; before?: string | undefined; take: number },
): Promise<LoggedEvent[]> {
  const { sessionId, stepId, attempt, transcriptCursor: cursor } = step;
  if (sessionId === null) {
    return [];
  }
  const from = after === undefined ? "newest" : "oldest";
  const isWhole = step.transcriptAt !== null;
  // What is copied after the cursor was read comes from the stream, which has it too: so nothing is told twice or left out.
  const upTo = isWhole || cursor === null ? undefined : cursor;
  const stored = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    storedEvents(tx, { of: { sessionId, stepId, attempt }, after, before, upTo, from, take }),
  );
  const edge = cursor ?? stored.at(-1)?.streamId;
  const live = isWhole ? [] : await liveEvents(ctx, step);
  const fresh = live.filter(
    ({ streamId }) =>
      (edge === undefined || isAfter(streamId, edge)) &&
      (after === undefined || isAfter(streamId, after)) &&
      (before === undefined || isAfter(before, streamId)),
  );
  const all = [...stored, ...fresh];
  return from === "oldest" ? all.slice(0, take) : all.slice(-take);
}

/** What is on the stream behind the copied part; its length is bounded. */
async function liveEvents(ctx: Ctx, step: StepPlace): Promise<LoggedEvent[]> {
  const { runId, stepId, attempt, transcriptCursor, startedAt } = step;
  const key = runEvents.key({ tenantId: ctx.tenantId, runId });
  const start = transcriptCursor ? `(${transcriptCursor}` : String(Math.max(0, Number(startedAt ?? 0) - slackMs));
  const entries = toEntries((await ctx.deps.redis.xrange(key, start, "+")) as [string, string[]][]);
  return entries
    .flatMap(eventOf)
    .filter((event) => event.stepId === stepId && event.attempt === attempt && told.has(String(event.type)));
}
