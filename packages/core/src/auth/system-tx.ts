/** A transaction of the system role that writes for one tenant: its rows get that tenant without naming it again. */
import type { Tx } from "@djinnbot/db";
import type { Deps } from "../ctx.ts";

/** For sign-in and registration only: the tenant becomes known here, not from the caller. */
export async function asSystemFor<T>(deps: Deps, tenantId: string, use: (tx: Tx) => Promise<T>): Promise<T> {
  return deps.system.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
      return use(tx);
    },
    { maxWait: 10_000, timeout: 30_000 },
  );
}
