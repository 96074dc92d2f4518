/** Redis as a help that may be missing: an answer within half a second, or the fallback. */
import type { Redis } from "@djinnbot/events";
import type { Deps } from "../ctx.ts";

const patienceMs = 500;

/** What `use` answers; `fallback` when Redis is away, fails (logged) or takes longer than half a second. Never throws. */
export async function redisOr<T>(
  deps: Pick<Deps, "redis" | "log">,
  use: (redis: Redis) => Promise<T>,
  fallback: T,
): Promise<T> {
  if (deps.redis.status !== "ready" && deps.redis.status !== "connecting" && deps.redis.status !== "connect") {
    return fallback;
  }
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<T>((resolve) => {
      timer = setTimeout(() => resolve(fallback), patienceMs);
    });
    return await Promise.race([use(deps.redis), late]);
  } catch (error) {
    deps.log.warn({ err: (error as Error).message }, "Redis did not answer; going on without it");
    return fallback;
  } finally {
    clearTimeout(timer);
  }
}
