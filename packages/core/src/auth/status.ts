/** What a stranger needs before signing in. */
import type { auth, OutputOf } from "@djinnbot/contracts";
import type { PublicVerbArgs } from "../ctx.ts";

/** Whether anybody has registered, and how one can sign in. Open to everybody. */
export async function authStatus({ ctx }: PublicVerbArgs<typeof auth.status>): Promise<OutputOf<typeof auth.status>> {
  const { rows } = await ctx.deps.system.pool.query<{ found: boolean }>("SELECT EXISTS (SELECT 1 FROM users) AS found");
  return { authEnabled: true, setupComplete: rows[0]?.found ?? false, oidcProviders: [] };
}
