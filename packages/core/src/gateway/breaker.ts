/**
 * A circuit breaker per key and provider, shared by all instances through Redis: a provider that failed several times in a row is left
 * alone for a while, then one call tries it. Without Redis every call is let through.
 */
import { systemKeys, tenantKeys } from "@djinnbot/events";
import type { Deps } from "../ctx.ts";
import { redisOr } from "../limits/redis-first.ts";

/** Whose key is used: a tenant's own fault must not keep others from a provider they reach with another key. */
export interface Circuit {
  tenantId: string;
  providerId: string;
  source: "tenant" | "platform";
}

const rule = {
  /** Failures in a row, none longer after the one before than `forgetMs`. */
  failures: 5,
  forgetMs: 60_000,
  openMs: 15_000,
  /** Each trial that fails doubles the time, up to this. */
  maxOpenMs: 240_000,
  /** A trial that has not answered by then does not keep others from trying. */
  trialMs: 30_000,
};

function keyOf({ tenantId, providerId, source }: Circuit): string {
  return source === "platform" ? systemKeys.breaker(providerId) : tenantKeys.breaker(tenantId, providerId);
}

const now = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)";

/**
 * KEYS[1] breaker; ARGV[1] how long a trial may take
 * Answers 0 when the provider may be asked, else the milliseconds until then. One caller at a time gets 0 from a breaker whose time is
 * over: its call is the trial.
 */
const admitLua = `
${now}
local state = redis.call('HMGET', KEYS[1], 'openUntil', 'trialUntil')
local open = tonumber(state[1] or '0')
if open == 0 then return 0 end
if now < open then return open - now end
local trial = tonumber(state[2] or '0')
if now < trial then return trial - now end
redis.call('HSET', KEYS[1], 'trialUntil', now + ARGV[1])
return 0`;

/**
 * KEYS[1] breaker; ARGV failures that open, forgetMs, openMs, maxOpenMs, reason
 * Counts a failure; the last one that is needed, and a trial that fails, open the breaker.
 */
const failLua = `
${now}
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('HSET', KEYS[1], 'reason', ARGV[5])
local life = tonumber(ARGV[2])
if failures >= tonumber(ARGV[1]) then
  local state = redis.call('HMGET', KEYS[1], 'openUntil', 'opens')
  if now >= tonumber(state[1] or '0') then
    local opens = tonumber(state[2] or '0')
    local ms = math.min(tonumber(ARGV[4]), ARGV[3] * 2 ^ opens)
    redis.call('HSET', KEYS[1], 'openUntil', now + ms, 'opens', opens + 1, 'trialUntil', 0)
  end
  life = life + ARGV[4] * 2
end
redis.call('PEXPIRE', KEYS[1], life)
return failures`;

/** Milliseconds until the provider may be asked; 0 = now. */
export function admit(deps: Deps, circuit: Circuit): Promise<number> {
  return redisOr(deps, async (redis) => Number(await redis.eval(admitLua, 1, keyOf(circuit), rule.trialMs)), 0);
}

export async function reportFailure(deps: Deps, circuit: Circuit, reason: string): Promise<void> {
  const args = [rule.failures, rule.forgetMs, rule.openMs, rule.maxOpenMs, reason.slice(0, 200)];
  await redisOr(deps, async (redis) => void (await redis.eval(failLua, 1, keyOf(circuit), ...args)), undefined);
}

/** The provider answers: whatever was counted is over. */
export async function reportSuccess(deps: Deps, circuit: Circuit): Promise<void> {
  await redisOr(deps, async (redis) => void (await redis.del(keyOf(circuit))), undefined);
}

export interface Trouble {
  state: "failing" | "open" | "halfOpen";
  failures: number;
  reason: string;
  retryAt: number | null;
}

/** What is known of several providers; null for one with which nothing is wrong. */
export function readTroubles(deps: Deps, circuits: readonly Circuit[]): Promise<(Trouble | null)[]> {
  const read = circuits.map(
    (circuit) => async (redis: Deps["redis"]) => toTrouble(await redis.hgetall(keyOf(circuit))),
  );
  return redisOr(
    deps,
    (redis) => Promise.all(read.map((ask) => ask(redis))),
    circuits.map(() => null),
  );
}

function toTrouble(stored: Record<string, string>): Trouble | null {
  const failures = Number(stored.failures ?? 0);
  if (failures === 0) {
    return null;
  }
  const openUntil = Number(stored.openUntil ?? 0);
  const state = openUntil === 0 ? "failing" : openUntil > Date.now() ? "open" : "halfOpen";
  return { state, failures, reason: stored.reason ?? "", retryAt: state === "open" ? Math.round(openUntil) : null };
}
