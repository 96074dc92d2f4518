/** Limits that protect sign-in, and the way to use Redis where it may be missing. */
export * from "./auth-limit.ts";
export * from "./redis-first.ts";
