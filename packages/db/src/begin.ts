/** How a tenant transaction begins: BEGIN and the tenant in one message, also where Prisma says BEGIN. */
import type { AsyncLocalStorage } from "node:async_hooks";
import { TenantId } from "@djinnbot/contracts";
import type pg from "pg";

/** Throws when it is not an id: it becomes part of the text, and [0-9a-z_] need no escaping. */
export function beginText(tenantId: string): string {
  return `BEGIN; SELECT set_config('app.tenant_id', '${TenantId.parse(tenantId)}', true)`;
}

/**
 * Prisma's driver sends BEGIN by itself and knows no tenants. A connection prepared by this adds the tenant to it, which saves a round
 * trip per transaction. A BEGIN outside of `withTenant` stays as it is: then row-level security shows nothing.
 */
export function beginWithTenant(client: pg.PoolClient, beginning: AsyncLocalStorage<string>): void {
  const send = client.query.bind(client) as (...args: unknown[]) => unknown;
  const query = (first: unknown, ...rest: unknown[]) => {
    const tenantId = isBegin(first) ? beginning.getStore() : undefined;
    return send(tenantId === undefined ? first : { ...(first as object), text: beginText(tenantId) }, ...rest);
  };
  client.query = query as typeof client.query;
}

function isBegin(query: unknown): boolean {
  return typeof query === "object" && query !== null && "text" in query && query.text === "BEGIN";
}
