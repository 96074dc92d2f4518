import { RunEvent, type runs } from "@djinnbot/contracts";
import { Prisma, type Tx, withTenant } from "@djinnbot/db";
import { type Entry, parseMessage, runEvents, toEntries } from "@djinnbot/events";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { jsonObject } from "../json.ts";
import { type LoggedEvent, withoutOverlap } from "./overlap.ts";
import { getRunOrFault } from "./queries.ts";

/** So many entries at the start of the stream may be told again by the last stored row, which holds a text in one piece. */
const overlapEntries = 5000;

/** The newest events of a run, oldest first: from the stream, and before it what only the transcript still holds. */
export async function runLogs({ ctx, input }: VerbArgs<typeof runs.logs>): Promise<LoggedEvent[]> {
  guard(ctx, "runs:read");
  const key = runEvents.key({ tenantId: ctx.tenantId, runId: input.runId });
  const { redis } = ctx.deps;
  const end = input.before === undefined ? "+" : `(${input.before}`;
  const newest = (await redis.xrevrange(key, end, "-", "COUNT", input.limit)) as [string, string[]][];
  const entries = toEntries(newest.reverse());
  const boundary = entries[0]?.id ?? input.before;
  const missing = input.limit - entries.length;
  const stored = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, input.runId);
    return missing === 0 ? [] : storedBefore(tx, { runId: input.runId, boundary, take: missing });
  });
  const after =
    stored.length === 0 || boundary === undefined
      ? []
      : ((await redis.xrange(key, boundary, "+", "COUNT", overlapEntries)) as [string, string[]][]);
  return [...withoutOverlap(stored, toEntries(after).flatMap(eventOf)), ...entries.flatMap(eventOf)];
}

function eventOf(entry: Entry): LoggedEvent[] {
  const parsed = parseMessage(RunEvent, entry.data);
  return "message" in parsed ? [{ ...parsed.message, timestamp: parsed.message.at, streamId: entry.id }] : [];
}

type Place = { runId: string; boundary: string | undefined; take: number };

/** The last stored events before a place on the stream, oldest first. The parts of a stream id are ordered as numbers. */
async function storedBefore(tx: Tx, { runId, boundary, take }: Place): Promise<LoggedEvent[]> {
  const [ms = "0", seq = "0"] = boundary?.split("-") ?? [];
  const place = Prisma.sql`split_part(e.stream_id, '-', 1)::bigint, split_part(e.stream_id, '-', 2)::bigint`;
  const earlier =
    boundary === undefined
      ? Prisma.empty
      : Prisma.sql`AND (${place}) < (${BigInt(ms)}::bigint, ${BigInt(seq)}::bigint)`;
  const rows = await tx.$queryRaw<{ streamId: string; timestamp: bigint; data: Prisma.JsonValue }[]>`
    SELECT e.stream_id AS "streamId", e.timestamp, e.data
    FROM sessions s JOIN session_events e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
    WHERE s.source = 'pipeline' AND s.source_id = ${runId} ${earlier}
    ORDER BY (${place}) DESC LIMIT ${take}`;
  return rows
    .reverse()
    .map((row) => ({ ...jsonObject(row.data), timestamp: Number(row.timestamp), streamId: row.streamId }));
}
