/** Liveness (the process answers) and readiness (database and Redis answered within a second). */
import type { Deps } from "@djinnbot/core";
import { jsonResponse } from "./respond.ts";

const timeoutMs = 1000;

/** A part of readiness: rejects, or takes longer than a second, when it is not ready. */
export type HealthCheck = () => Promise<unknown>;
export interface Health {
  live: () => Response;
  ready: () => Promise<Response>;
}

/** Checks database and Redis, and whatever the host adds (e.g. that the engine polled its stream). */
export function createHealth(deps: Pick<Deps, "db" | "redis">, more: Record<string, HealthCheck> = {}): Health {
  const checks: Record<string, HealthCheck> = {
    database: () => deps.db.pool.query("SELECT 1"),
    redis: () => deps.redis.ping(),
    ...more,
  };
  return {
    live: () => jsonResponse({ status: "ok" }),
    ready: async () => {
      const parts = Object.fromEntries(
        await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await isOk(check)] as const)),
      );
      const isReady = Object.values(parts).every((part) => part === "ok");
      return jsonResponse({ status: isReady ? "ok" : "unavailable", parts }, { status: isReady ? 200 : 503 });
    },
  };
}

async function isOk(check: HealthCheck): Promise<"ok" | "failed"> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout")), timeoutMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return "ok";
  } catch {
    return "failed";
  } finally {
    clearTimeout(timer);
  }
}
