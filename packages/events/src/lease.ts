/** Leases: who works on something now. They only save work; correctness rests on the epoch in Postgres (DESIGN 8). */
import type { Redis } from "ioredis";

/** KEYS[1] lease, ARGV[1] owner, ARGV[2] ms. Prolongs the lease only while the owner holds it. */
const renewLua = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
/** KEYS[1] lease, ARGV[1] owner. Deletes the lease only while the owner holds it. */
const releaseLua = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Takes the lease when it is free. */
export async function acquireLease(redis: Redis, key: string, owner: string, ttlMs: number): Promise<boolean> {
  return (await redis.set(key, owner, "PX", ttlMs, "NX")) === "OK";
}
/** True while the owner still held it. */
export async function renewLease(redis: Redis, key: string, owner: string, ttlMs: number): Promise<boolean> {
  return (await redis.eval(renewLua, 1, key, owner, String(ttlMs))) === 1;
}
/** Gives the lease back; does nothing when somebody else holds it by now. */
export async function releaseLease(redis: Redis, key: string, owner: string): Promise<void> {
  await redis.eval(releaseLua, 1, key, owner);
}
