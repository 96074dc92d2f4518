/** Limits on sign-in and registration, per address and per account, shared by all replicas through Redis. */
import { Fault } from "@djinnbot/contracts";
import { type Redis, systemKeys } from "@djinnbot/events";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { accountHash } from "../crypto/token.ts";
import type { PublicCtx } from "../ctx.ts";

/**
 * Points per window. Addresses are shared by offices, so theirs is wide. An account is narrow per address, and wide over all
 * addresses: a stranger elsewhere must not be able to keep its owner out.
 */
const rules = {
  "login-ip": { points: 100, duration: 900 },
  "login-account": { points: 10, duration: 900 },
  "login-account-anywhere": { points: 200, duration: 900 },
  "register-ip": { points: 100, duration: 3600 },
} as const;
type Rule = keyof typeof rules;
type Limiters = Record<Rule, RateLimiterRedis>;

const limitersOf = new WeakMap<Redis, Limiters>();

/** While Redis is away each process counts for itself: never closed for everybody, never open for an attack. */
function limiters(redis: Redis): Limiters {
  const known = limitersOf.get(redis);
  if (known) {
    return known;
  }
  const entries = Object.entries(rules).map(([name, rule]) => {
    const options = { keyPrefix: `${systemKeys.authLimit}:${name}`, ...rule };
    const insuranceLimiter = new RateLimiterMemory(options);
    return [
      name,
      new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter }),
    ] as const;
  });
  const made = Object.fromEntries(entries) as Limiters;
  limitersOf.set(redis, made);
  return made;
}

type Attempt = Pick<PublicCtx, "ip" | "deps">;

/** Counts a sign-in attempt before the password is looked at. Throws LIMIT with `retryAfterSec`; says nothing about the account. */
export async function countSignIn(ctx: Attempt, email: string): Promise<void> {
  await Promise.all([
    ctx.ip === null ? undefined : consume(ctx, "login-ip", ctx.ip),
    consume(ctx, "login-account", accountKey(ctx, email)),
    consume(ctx, "login-account-anywhere", accountHash(ctx.deps.config.authSecretKey, email)),
  ]);
}

/** A right password clears the account's count; the address keeps its own. */
export async function forgetSignIns(ctx: Attempt, email: string): Promise<void> {
  await limiters(ctx.deps.redis)["login-account"].delete(accountKey(ctx, email));
}

/** The account as seen from one address. */
function accountKey(ctx: Attempt, email: string): string {
  return `${accountHash(ctx.deps.config.authSecretKey, email)}:${ctx.ip ?? "inside"}`;
}

/** Counts a registration from the caller's address. Throws LIMIT with `retryAfterSec`. */
export async function countRegistration(ctx: Attempt): Promise<void> {
  if (ctx.ip !== null) {
    await consume(ctx, "register-ip", ctx.ip);
  }
}

async function consume(ctx: Attempt, rule: Rule, key: string): Promise<void> {
  try {
    await limiters(ctx.deps.redis)[rule].consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) {
      const retryAfterSec = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new Fault("LIMIT", "Too many attempts. Wait a while, then try again.", { retryAfterSec });
    }
    throw error;
  }
}
