/** How a tenant transaction begins: BEGIN and the tenant in one message, also where Prisma says BEGIN. */
import type { AsyncLocalStorage } from "node:async_hooks";
import { TenantId } from "@djinnbot/contracts";
import pg from "pg";

/** Throws when it is not an id: it becomes part of the text, and [0-9a-z_] need no escaping. */
export function beginText(tenantId: string): string {
  return `BEGIN; SELECT set_config('app.tenant_id', '${TenantId.parse(tenantId)}', true)`;
}

/**
 * Prisma's driver sends BEGIN by itself and knows no tenants. These connections add the tenant to it, which saves a round trip per
 * transaction. A BEGIN outside of `withTenant` stays as it is: then row-level security shows nothing.
 */
export function tenantClient(beginning: AsyncLocalStorage<string>): typeof pg.Client {
  return class extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: pg's query has a dozen overloads, and this one passes all of them on.
    override query(...args: any[]): any {
      const [config, ...rest] = args;
      const tenantId = config?.text === "BEGIN" ? beginning.getStore() : undefined;
      const first = tenantId === undefined ? config : { ...config, text: beginText(tenantId) };
      return (super.query as (...all: unknown[]) => unknown)(first, ...rest);
    }
  };
}
