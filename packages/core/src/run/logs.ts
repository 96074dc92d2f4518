import type { runs } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { isAfter, runEvents, toEntries } from "@djinnbot/events";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { type LoggedEvent, toldOnce, withoutOverlap } from "./overlap.ts";
import { getRunOrFault } from "./queries.ts";
import { latestStep, stepEvents } from "./step-events.ts";
import { eventOf, storedEvents } from "./stored-events.ts";

/** So many entries at the start of the stream may be told again by the last stored row, which holds a text in one piece. */
const overlapEntries = 5000;

/** Events of a run, oldest first: the newest ones, or those before or after a place; from the stream, and what only the transcript still holds. */
export async function runLogs({ ctx, input }: VerbArgs<typeof runs.logs>): Promise<LoggedEvent[]> {
  guard(ctx, "runs:read");
  const { runId, stepId, after, before, limit } = input;
  if (stepId !== undefined) {
    const step = await latestStep(ctx, { runId, stepId, attempt: input.attempt });
    return toldOnce(
      await stepEvents(ctx, step, { after, before: after === undefined ? before : undefined, take: limit }),
    );
  }
  const events =
    after === undefined ? newestEvents(ctx, { runId, before, limit }) : eventsAfter(ctx, { runId, after, limit });
  return toldOnce(await events);
}

type Entries = [string, string[]][];

async function newestEvents(
  ctx: Ctx,
  { runId, before, limit }: { runId: string; before: string | undefined; limit: number },
): Promise<LoggedEvent[]> {
  const key = runEvents.key({ tenantId: ctx.tenantId, runId });
  const { redis } = ctx.deps;
  const end = before === undefined ? "+" : `(${before}`;
  const newest = (await redis.xrevrange(key, end, "-", "COUNT", limit)) as Entries;
  const entries = toEntries(newest.reverse());
  const boundary = entries[0]?.id ?? before;
  const missing = limit - entries.length;
  const stored = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, runId);
    return missing === 0 ? [] : storedEvents(tx, { of: { runId }, before: boundary, from: "newest", take: missing });
  });
  const follows =
    stored.length === 0 || boundary === undefined
      ? []
      : ((await redis.xrange(key, boundary, "+", "COUNT", overlapEntries)) as Entries);
  return [...withoutOverlap(stored, toEntries(follows).flatMap(eventOf)), ...entries.flatMap(eventOf)];
}

async function eventsAfter(
  ctx: Ctx,
  { runId, after, limit }: { runId: string; after: string; limit: number },
): Promise<LoggedEvent[]> {
  const key = runEvents.key({ tenantId: ctx.tenantId, runId });
  const { redis } = ctx.deps;
  const [first] = toEntries((await redis.xrange(key, "-", "+", "COUNT", 1)) as Entries);
  const isLive = first !== undefined && !isAfter(first.id, after);
  const stored = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, runId);
    return isLive ? [] : storedEvents(tx, { of: { runId }, after, before: first?.id, from: "oldest", take: limit });
  });
  const start = isLive ? `(${after}` : (first?.id ?? "+");
  const entries = toEntries((await redis.xrange(key, start, "+", "COUNT", Math.max(limit, overlapEntries))) as Entries);
  const live = entries.flatMap(eventOf);
  // A page that ends before the stream begins has nothing to compare with.
  const whole = stored.length < limit ? withoutOverlap(stored, live) : stored;
  return [...whole, ...entries.slice(0, limit - stored.length).flatMap(eventOf)];
}
