/**
 * Messages that must follow a change: written in its transaction, published after the commit, deleted when Redis has them. A crash
 * in between loses nothing (the relay publishes what is left) and repeats nothing (the marker of `publishOnce`).
 */
import { type GlobalEventBody, newId, type RunEventBody, type TenantEventBody } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { envelop, globalEvents, publishOnce, runEvents, tenantEvents, tenantKeys } from "@djinnbot/events";
import type { Ctx, Deps } from "./ctx.ts";

export type OutboxStream = "run" | "tenant" | "global";
export interface OutboxMessage {
  id: string;
  tenantId: string;
  streams: OutboxStream[];
  runId: string | null;
  message: Record<string, unknown>;
}
type Body = RunEventBody | TenantEventBody | GlobalEventBody;

/** Makes the message without writing it: the engine's raw SQL inserts it in its own statement. */
export function outboxMessage(
  source: { tenantId: string; requestId: string },
  streams: OutboxStream[],
  body: Body,
): OutboxMessage {
  const id = newId("event");
  const runId = "runId" in body && typeof body.runId === "string" ? body.runId : null;
  return { id, tenantId: source.tenantId, streams, runId, message: envelop(source, body, id) };
}

type OutboxPart = Pick<OutboxMessage, "streams" | "message">;

/** Messages of one change about one run in one row: they are published together and in this order. */
export function outboxBatch(messages: readonly OutboxMessage[]): OutboxMessage[] {
  const [first] = messages;
  if (!first || messages.length === 1) {
    return [...messages];
  }
  const batch: OutboxPart[] = messages.map(({ streams, message }) => ({ streams, message }));
  return [{ id: newId("event"), tenantId: first.tenantId, streams: [], runId: first.runId, message: { batch } }];
}

/** Writes a message into the outbox. Hand the result to {@link publishOutbox} after the transaction. */
export async function outbox(
  tx: Tx,
  ctx: Pick<Ctx, "tenantId" | "requestId" | "now">,
  streams: OutboxStream[],
  body: Body,
): Promise<OutboxMessage> {
  const row = outboxMessage(ctx, streams, body);
  await tx.outbox.create({
    data: {
      id: row.id,
      streams: row.streams,
      runId: row.runId,
      message: row.message as Prisma.InputJsonObject,
      createdAt: ctx.now(),
    },
  });
  return row;
}

/** Publishes rows; they are deleted a little later. A failure is only logged: the relay tries again within seconds. */
export async function publishOutbox(deps: Deps, rows: readonly OutboxMessage[]): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  try {
    await Promise.all(rows.map((row) => publishRow(deps, row)));
    forget(deps, rows);
  } catch (error) {
    deps.log.warn({ err: (error as Error).message, count: rows.length }, "publishing is late; the relay will do it");
  }
}

const deleteAfterMs = 200;
/** Published rows that wait for their deletion, by process. */
const published = new WeakMap<Deps["system"], string[]>();

/**
 * Deletes published rows in batches and without waiting for the disk: nobody waits for it, and a deletion that is lost does no harm,
 * because the marker of `publishOnce` keeps the relay from repeating the message.
 */
function forget(deps: Deps, rows: readonly OutboxMessage[]): void {
  const ids = rows.map((row) => row.id);
  const waiting = published.get(deps.system);
  if (waiting) {
    waiting.push(...ids);
    return;
  }
  published.set(deps.system, ids);
  setTimeout(() => {
    published.delete(deps.system);
    deps.system.pool
      .query("DELETE FROM outbox WHERE id = ANY($1) AND set_config('synchronous_commit', 'off', true) = 'off'", [ids])
      .catch((error: Error) => deps.log.debug({ err: error.message }, "published messages are deleted later"));
  }, deleteAfterMs).unref();
}

async function publishRow(deps: Deps, row: OutboxMessage): Promise<void> {
  const parts = Array.isArray(row.message.batch) ? (row.message.batch as OutboxPart[]) : [row];
  const entries = parts.flatMap(({ streams, message }) =>
    streams.flatMap((stream) => {
      const place = target(stream, row);
      return place ? [{ ...place, message }] : [];
    }),
  );
  await publishOnce(deps.redis, { marker: tenantKeys.published(row.tenantId, row.id), entries });
}

function target(stream: OutboxStream, row: OutboxMessage): { key: string; maxLength: number } | null {
  switch (stream) {
    case "run":
      return row.runId === null
        ? null
        : { key: runEvents.key({ tenantId: row.tenantId, runId: row.runId }), maxLength: runEvents.maxLength };
    case "tenant":
      return { key: tenantEvents.key(row), maxLength: tenantEvents.maxLength };
    case "global":
      return { key: globalEvents.key({}), maxLength: globalEvents.maxLength };
  }
}

/** Publishes what a crash left behind: rows older than `minAgeMs`, oldest first. Answers how many. */
export async function relayOutbox(deps: Deps, minAgeMs = 2000): Promise<number> {
  const { rows } = await deps.system.pool.query<{
    id: string;
    tenant_id: string;
    streams: OutboxStream[];
    run_id: string | null;
    message: Record<string, unknown>;
  }>(
    `SELECT id, tenant_id, streams, run_id, message FROM outbox
     WHERE created_at < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::int ORDER BY created_at LIMIT 500`,
    [minAgeMs],
  );
  const messages = rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    streams: row.streams,
    runId: row.run_id,
    message: row.message,
  }));
  await publishOutbox(deps, messages);
  return messages.length;
}
