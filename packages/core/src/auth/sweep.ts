/** Forgets what is of no use any more, of all tenants: sign-ins and run keys long past their end, refusals that are not shown. */
import type { Deps } from "../ctx.ts";
import { refusalsMs } from "../egress/record-refusal.ts";

/** Kept this long after their end, so that a late replay is still noticed and the audit log finds them. */
const keepMs = 30 * 24 * 3_600_000;

/** For a periodic job; any replica may run it. Answers how many rows went. */
export async function sweepCredentials(deps: Pick<Deps, "system">): Promise<number> {
  const before = Date.now() - keepMs;
  const sessions = await deps.system.pool.query("DELETE FROM user_sessions WHERE LEAST(expires_at, revoked_at) < $1", [
    before,
  ]);
  const keys = await deps.system.pool.query("DELETE FROM api_keys WHERE kind = 'run' AND expires_at < $1", [before]);
  return (sessions.rowCount ?? 0) + (keys.rowCount ?? 0);
}

/** As {@link sweepCredentials}. */
export async function sweepRefusals({ system }: Pick<Deps, "system">): Promise<number> {
  const text = "DELETE FROM refused_places WHERE refused_at < $1";
  return (await system.pool.query(text, [Date.now() - refusalsMs])).rowCount ?? 0;
}
