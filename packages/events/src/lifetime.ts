/** How long a run's streams live: as long as the run, and a day after its end. What people read later is in Postgres. */
import type { Redis } from "ioredis";
import { type RunAddress, runCommands, runEvents, runStatus } from "./channel.ts";

const afterEndS = 24 * 3600;
const keysOf = (run: RunAddress) => [runEvents, runCommands, runStatus].map((channel) => channel.key(run));

/** The run is over. */
export async function retireRunStreams(redis: Redis, run: RunAddress): Promise<void> {
  await Promise.all(keysOf(run).map((key) => redis.expire(key, afterEndS)));
}

/** The run is worked on (again). */
export async function keepRunStreams(redis: Redis, run: RunAddress): Promise<void> {
  await Promise.all(keysOf(run).map((key) => redis.persist(key)));
}
