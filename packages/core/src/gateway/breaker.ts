/**
 * A circuit breaker per key and provider, and within it per model, shared by all instances through Redis: a provider that failed several times in a row is left
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
/**
 * What failed: `all` of a provider that cannot be reached; one model whose calls it answers with errors. So nobody who shares the
 * platform's key keeps the others from its models by asking for one that breaks.
 */
export type Part = { all: true } | { model: string };

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

/** Fields of one part of a provider in its breaker's hash start with this. */
function prefixOf(part: Part): string {
  return "all" in part ? "*|" : `=${part.model}|`;
}

/**
 * KEYS[1] breaker; ARGV how long a trial may take, prefixes of the provider and of the model
 * Answers 0 when the model may be asked, else the milliseconds until then. One caller at a time gets 0 from a breaker whose time is
 * over: its call is the trial.
 */
const admitLua = `
${now}
local wait, trials = 0, {}
for i = 2, 3 do
  local state = redis.call('HMGET', KEYS[1], ARGV[i] .. 'openUntil', ARGV[i] .. 'trialUntil')
  local open, trial = tonumber(state[1] or '0'), tonumber(state[2] or '0')
  if open > 0 then
    wait = math.max(wait, open - now, trial - now)
    table.insert(trials, ARGV[i])
  end
end
if wait > 0 then return wait end
for _, prefix in ipairs(trials) do redis.call('HSET', KEYS[1], prefix .. 'trialUntil', now + ARGV[1]) end
return 0`;

/**
 * KEYS[1] breaker; ARGV prefix, failures that open, forgetMs, openMs, maxOpenMs, reason
 * Counts a failure; the last one that is needed, and a trial that fails, open the breaker. Answers 1 when it is open.
 */
const failLua = `
${now}
local p = ARGV[1]
local state = redis.call('HMGET', KEYS[1], p .. 'failedAt', p .. 'openUntil', p .. 'opens')
local open = tonumber(state[2] or '0')
if open == 0 and now - tonumber(state[1] or '0') > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], p .. 'failures') end
local failures = redis.call('HINCRBY', KEYS[1], p .. 'failures', 1)
redis.call('HSET', KEYS[1], p .. 'failedAt', now, p .. 'reason', ARGV[6])
local isOpen = failures >= tonumber(ARGV[2])
if isOpen and now >= open then
  local opens = tonumber(state[3] or '0')
  local ms = math.min(tonumber(ARGV[5]), ARGV[4] * 2 ^ opens)
  redis.call('HSET', KEYS[1], p .. 'openUntil', now + ms, p .. 'opens', opens + 1, p .. 'trialUntil', 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[5] * 2)
return isOpen and 1 or 0`;

/** Milliseconds until the model may be asked; 0 = now. */
export function admit(deps: Deps, circuit: Circuit, model: string): Promise<number> {
  const args = [rule.trialMs, prefixOf({ all: true }), prefixOf({ model })];
  return redisOr(deps, async (redis) => Number(await redis.eval(admitLua, 1, keyOf(circuit), ...args)), 0);
}

/** Answers true when the part is to be left alone now. */
export async function reportFailure(deps: Deps, circuit: Circuit, failed: Part & { reason: string }): Promise<boolean> {
  const { failures, forgetMs, openMs, maxOpenMs } = rule;
  const args = [prefixOf(failed), failures, forgetMs, openMs, maxOpenMs, failed.reason.slice(0, 200)];
  return redisOr(deps, async (redis) => (await redis.eval(failLua, 1, keyOf(circuit), ...args)) === 1, false);
}

const fields = ["failures", "failedAt", "reason", "openUntil", "opens", "trialUntil"] as const;

/** The model answers: whatever was counted of it and of its provider is over. */
export async function reportSuccess(deps: Deps, circuit: Circuit, model: string): Promise<void> {
  const names = [prefixOf({ all: true }), prefixOf({ model })].flatMap((prefix) => fields.map((name) => prefix + name));
  await redisOr(deps, async (redis) => void (await redis.hdel(keyOf(circuit), ...names)), undefined);
}

export interface Trouble {
  state: "failing" | "open" | "halfOpen";
  failures: number;
  reason: string;
  retryAt: number | null;
}

/** What is known of several providers; null for one with which nothing is wrong. */
export function readTroubles(deps: Deps, circuits: readonly Circuit[]): Promise<(Trouble | null)[]> {
  return redisOr(
    deps,
    (redis) => Promise.all(circuits.map(async (circuit) => worst(await redis.hgetall(keyOf(circuit)), circuit.source))),
    circuits.map(() => null),
  );
}

/** Which models others ask for with the platform's key is theirs to know: only what concerns all of it is told. */
function worst(stored: Record<string, string>, source: Circuit["source"]): Trouble | null {
  const prefixes = Object.keys(stored).filter((name) => name.endsWith("|failures"));
  const troubles = prefixes
    .map((name) => name.slice(0, -"failures".length))
    .filter((prefix) => prefix === "*|" || source === "tenant")
    .map((prefix) => toTrouble(stored, prefix))
    .sort((a, b) => Number(b.state === "open") - Number(a.state === "open") || b.failures - a.failures);
  return troubles[0] ?? null;
}

function toTrouble(stored: Record<string, string>, prefix: string): Trouble {
  const at = (name: (typeof fields)[number]) => stored[prefix + name];
  const openUntil = Number(at("openUntil") ?? 0);
  const state = openUntil === 0 ? "failing" : openUntil > Date.now() ? "open" : "halfOpen";
  const model = prefix === "*|" ? "" : `${prefix.slice(1, -1)}: `;
  return {
    state,
    failures: Number(at("failures") ?? 0),
    reason: model + (at("reason") ?? ""),
    retryAt: state === "open" ? Math.round(openUntil) : null,
  };
}
