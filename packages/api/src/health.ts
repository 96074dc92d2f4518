/** Liveness (the process answers) and readiness (database and Redis answered within a second). */
import { type Deps, doorProblem } from "@djinnbot/core";
import { jsonResponse } from "./respond.ts";

const timeoutMs = 1000;

/** A part of readiness: rejects, or takes longer than a second, when it is not ready. */
export type HealthCheck = () => Promise<unknown>;
/** Why a part is not ready, for people: shown as it is. */
class NotReady extends Error {}
type Part = { state: "ok" | "failed"; problem?: string };
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
      const found = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => ({ name, ...(await lookAt(check)) })),
      );
      const isReady = found.every(({ state }) => state === "ok");
      const problems = found.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]]));
      const answer = {
        status: isReady ? "ok" : "unavailable",
        parts: Object.fromEntries(found.map(({ name, state }) => [name, state])),
        ...(problems.length > 0 ? { problems: Object.fromEntries(problems) } : {}),
      };
      return jsonResponse(answer, { status: isReady ? 200 : 503 });
    },
  };
}

/** For who opens the door: nothing of a run works without it. */
export function doorCheck({ config }: Pick<Deps, "config">): HealthCheck {
  return async () => {
    const problem = await doorProblem(config.dataDir);
    if (problem !== null) {
      throw new NotReady(problem);
    }
  };
}

async function lookAt(check: HealthCheck): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout")), timeoutMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return { state: "ok" };
  } catch (error) {
    return { state: "failed", ...(error instanceof NotReady ? { problem: error.message } : {}) };
  } finally {
    clearTimeout(timer);
  }
}
