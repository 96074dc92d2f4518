/** Limits on sign-in and registration, per address and per account, shared by all replicas through Redis. */
import { Fault } from "@djinnbot/contracts";
import { type Redis, systemKeys } from "@djinnbot/events";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { accountHash } from "../crypto/token.ts";
import type { PublicCtx } from "../ctx.ts";
import { networkOf } from "../net/address.ts";
import { redisOr } from "./redis-first.ts";

/**
 * Points per window. Addresses are shared by offices, so theirs is wide. An account is narrow per address. Over all addresses it is
 * wide, for guessing from many at once; addresses from which its owner has signed in before are not concerned, because otherwise
 * strangers could keep the owner out by using it up.
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
    ctx.ip === null ? undefined : consume(ctx, "login-ip", networkOf(ctx.ip)),
    consume(ctx, "login-account", accountKey(ctx, email)),
  ]);
  // Last: what is refused above must not use it up.
  if (!(await isKnown(ctx, email))) {
    await consume(ctx, "login-account-anywhere", accountHash(ctx.deps.config.authSecretKey, email));
  }
}

/** A right password clears the account's count for the address, and makes the address known; the address keeps its own count. */
export async function noteSignIn(ctx: Attempt, email: string): Promise<void> {
  const key = accountKey(ctx, email);
  await limiters(ctx.deps.redis)["login-account"].delete(key);
  await redisOr(ctx.deps, (redis) => redis.set(knownKey(key), "1", "EX", knownForSec), null);
}

async function isKnown(ctx: Attempt, email: string): Promise<boolean> {
  const key = knownKey(accountKey(ctx, email));
  return (await redisOr(ctx.deps, (redis) => redis.exists(key), 0)) === 1;
}

const knownForSec = 30 * 24 * 3600;
const knownKey = (account: string) => `${systemKeys.authLimit}:known:${account}`;

/** The account as seen from one address. */
function accountKey(ctx: Attempt, email: string): string {
  return `${accountHash(ctx.deps.config.authSecretKey, email)}:${ctx.ip === null ? "inside" : networkOf(ctx.ip)}`;
}

/** Counts a registration from the caller's address. Throws LIMIT with `retryAfterSec`. */
export async function countRegistration(ctx: Attempt): Promise<void> {
  if (ctx.ip !== null) {
    await consume(ctx, "register-ip", networkOf(ctx.ip));
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
