/** Events of a run as the transcript in Postgres has them, and as the stream has them. */
import { RunEvent } from "@djinnbot/contracts";
import { Prisma, type Tx } from "@djinnbot/db";
import { type Entry, parseMessage } from "@djinnbot/events";
import { jsonObject } from "../json.ts";
import type { LoggedEvent } from "./overlap.ts";

/** An entry of the stream, unless it is no event. */
export function eventOf(entry: Entry): LoggedEvent[] {
  const parsed = parseMessage(RunEvent, entry.data);
  return "message" in parsed ? [{ ...parsed.message, timestamp: parsed.message.at, streamId: entry.id }] : [];
}

export interface Stretch {
  /** Of the run, or of one execution of a step. */
  of: { runId: string } | { sessionId: string; stepId: string; attempt: number };
  after?: string | undefined;
  before?: string | undefined;
  /** Like `before`, this place included. */
  upTo?: string | undefined;
  /** From which end to take them; the answer is always oldest first. */
  from: "oldest" | "newest";
  take: number;
}

/** Stored events between two places of the stream. */
export async function storedEvents(tx: Tx, { of, after, before, upTo, from, take }: Stretch): Promise<LoggedEvent[]> {
  const place = Prisma.sql`e.stream_ms, e.stream_seq`;
  const compared = (id: string, operator: Prisma.Sql) => {
    const [ms = "0", sequence = "0"] = id.split("-");
    return Prisma.sql`AND (${place}) ${operator} (${BigInt(ms)}::bigint, ${BigInt(sequence)}::bigint)`;
  };
  const whose =
    "runId" in of
      ? Prisma.sql`s.source = 'pipeline' AND s.source_id = ${of.runId}`
      : Prisma.sql`s.id = ${of.sessionId} AND e.data->>'stepId' = ${of.stepId} AND (e.data->>'attempt')::int = ${of.attempt}`;
  const order = from === "oldest" ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const rows = await tx.$queryRaw<{ streamId: string; timestamp: bigint; data: Prisma.JsonValue }[]>`
    SELECT e.stream_id AS "streamId", e.timestamp, e.data
    FROM sessions s JOIN session_events e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
    WHERE ${whose} ${after === undefined ? Prisma.empty : compared(after, Prisma.sql`>`)}
      ${before === undefined ? Prisma.empty : compared(before, Prisma.sql`<`)}
      ${upTo === undefined ? Prisma.empty : compared(upTo, Prisma.sql`<=`)}
    ORDER BY e.stream_ms ${order}, e.stream_seq ${order}
    LIMIT ${take}`;
  const events = rows.map((row) => ({
    ...jsonObject(row.data),
    timestamp: Number(row.timestamp),
    streamId: row.streamId,
  }));
  return from === "oldest" ? events : events.reverse();
}
