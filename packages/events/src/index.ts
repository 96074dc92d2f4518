/** Typed Redis: keys, channels, publishing, tailing, consumer groups and leases. */
export * from "./channel.ts";
export * from "./consume.ts";
export * from "./keys.ts";
export * from "./lease.ts";
export * from "./lifetime.ts";
export * from "./publish.ts";
export * from "./redis.ts";
export * from "./tail.ts";
