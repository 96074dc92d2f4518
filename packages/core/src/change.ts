/** A change of a tenant's data: one transaction, then the messages it put into the outbox are published. */
import type { Tx } from "@djinnbot/db";
import { withTenant } from "@djinnbot/db";
import type { Ctx } from "./ctx.ts";
import { type OutboxMessage, publishOutbox } from "./outbox.ts";

/** `use` pushes what {@link outbox} answers onto `messages`; nothing is published when it throws. */
export async function change<T>(ctx: Ctx, use: (tx: Tx, messages: OutboxMessage[]) => Promise<T>): Promise<T> {
  const messages: OutboxMessage[] = [];
  const result = await withTenant(ctx.deps.db, ctx.tenantId, (tx) => use(tx, messages));
  await publishOutbox(ctx.deps, messages);
  return result;
}
