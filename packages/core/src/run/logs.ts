import { RunEvent, type runs } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { isAfter, parseMessage, runEvents, toEntries } from "@djinnbot/events";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { jsonObject } from "../json.ts";
import { getRunOrFault } from "./queries.ts";

/** Events of a run in order: from the transcript what the stream no longer holds, then the stream. */
export async function runLogs({ ctx, input }: VerbArgs<typeof runs.logs>) {
  guard(ctx, "runs:read");
  const address = { tenantId: ctx.tenantId, runId: input.runId };
  const stored = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, input.runId);
    return tx.sessionEvent.findMany({
      where: { session: { source: "pipeline", sourceId: input.runId } },
      orderBy: [{ timestamp: "asc" }, { streamId: "asc" }],
      take: input.limit,
    });
  });
  const raw = (await ctx.deps.redis.xrange(runEvents.key(address), "-", "+", "COUNT", input.limit)) as [
    string,
    string[],
  ][];
  const live = toEntries(raw).flatMap((entry) => {
    const parsed = parseMessage(RunEvent, entry.data);
    return "message" in parsed ? [{ ...parsed.message, timestamp: parsed.message.at, streamId: entry.id }] : [];
  });
  const first = live[0]?.streamId;
  const earlier = stored
    .filter((row) => first === undefined || isAfter(first, row.streamId))
    .map((row) => ({ ...jsonObject(row.data), timestamp: Number(row.timestamp), streamId: row.streamId }));
  return [...earlier, ...live].slice(-input.limit);
}
