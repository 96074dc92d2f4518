/** The request budgets of a tenant and of each of its sessions: a fixed window in Redis, spent before the work starts (DESIGN 4.9). */
import { Fault } from "@djinnbot/contracts";
import { type Caller, redisOr } from "@djinnbot/core";
import { type Redis, tenantKeys } from "@djinnbot/events";

export interface Budget {
  limit: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetSec: number;
}

/**
 * KEYS[1] counter, ARGV[1] window in ms. Counts a request and answers the count and the milliseconds until the window ends; a counter
 * never stays without an end.
 */
const spendLua = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`;

/** They stop what may be using the tenant's window up. */
const controls: readonly string[] = ["runs.cancel", "runs.pause"];

/** An agent's session has a window of its own: it must not be able to use up the one of its owner. */
function windowOf(tenantId: string, { actor }: Caller, operation: string | undefined): string {
  if (actor.kind === "run") {
    return tenantKeys.sessionLimit(tenantId, actor.sessionId);
  }
  return operation !== undefined && controls.includes(operation)
    ? tenantKeys.controlLimit(tenantId)
    : tenantKeys.requestLimit(tenantId);
}

/**
 * Counts one request of the caller's tenant, or of the agent's session that sent it. Throws LIMIT when the window is used up. Null where nothing is counted: no tenant yet,
 * our own services, or Redis is away (a limit must not take the product down with it).
 */
export async function spendRequest(
  caller: Caller,
  config: { points: number; windowSec: number },
  operation?: string,
): Promise<Budget | null> {
  if (caller.tenantId === null || caller.actor.kind === "service") {
    return null;
  }
  const key = windowOf(caller.tenantId, caller, operation);
  const spend = async (redis: Redis) =>
    (await redis.eval(spendLua, 1, key, String(config.windowSec * 1000))) as [number, number];
  const answer = await redisOr<[number, number] | null>(caller.deps, spend, null);
  if (answer === null) {
    return null;
  }
  const [count, leftMs] = answer;
  const resetSec = Math.max(1, Math.ceil(leftMs / 1000));
  if (count > config.points) {
    throw new Fault(
      "LIMIT",
      `Too many requests: ${config.points} per ${config.windowSec} s. Try again in ${resetSec} s.`,
      {
        retryAfterSec: resetSec,
      },
    );
  }
  return { limit: config.points, remaining: config.points - count, resetSec };
}

/** RateLimit-Limit, -Remaining and -Reset. */
export function budgetHeaders(budget: Budget | null, headers: Headers): void {
  if (budget) {
    headers.set("ratelimit-limit", String(budget.limit));
    headers.set("ratelimit-remaining", String(budget.remaining));
    headers.set("ratelimit-reset", String(budget.resetSec));
  }
}
