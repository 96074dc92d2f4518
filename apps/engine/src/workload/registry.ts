/** What hosts which session, kept in Redis so that any engine can find what another one started. A lost entry is no harm. */
import { acquireLease, type Redis, releaseLease, systemKeys } from "@djinnbot/events";
import { z } from "zod";
import { now } from "../lib/clock.ts";

const Entry = z.object({
  installation: z.string(),
  kind: z.enum(["process", "docker", "kubernetes"]),
  name: z.string(),
  tenantId: z.string(),
  runId: z.string(),
  sessionId: z.string(),
  /** Machine it runs on; pids mean nothing elsewhere. */
  host: z.string(),
  /** Epoch ms. */
  startedAt: z.coerce.number(),
  deadlineAt: z.coerce.number(),
  /** Process backend: outermost process, and when it started (opaque). */
  pid: z.coerce.number().optional(),
  startTime: z.string().optional(),
  home: z.string().optional(),
});
export type RegistryEntry = z.infer<typeof Entry>;

export interface Registry {
  put(entry: RegistryEntry): Promise<void>;
  find(name: string): Promise<RegistryEntry | null>;
  /** Entries of this installation and kind. */
  list(): Promise<RegistryEntry[]>;
  remove(name: string): Promise<void>;
  /** Keeps two engines from starting the same workload at once: runs `work` while no other engine does for this name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Longest an engine holds the right to start one workload; starting takes milliseconds, a container a second or two. */
const lockMs = 10_000;

export function createRegistry(options: { redis: Redis; installation: string; kind: RegistryEntry["kind"] }): Registry {
  const { redis, installation, kind } = options;
  const find = async (name: string) => {
    const entry = Entry.safeParse(await redis.hgetall(systemKeys.container(name))).data;
    return entry?.installation === installation && entry.kind === kind ? entry : null;
  };
  return {
    list: async () => {
      const names = await redis.smembers(systemKeys.containers);
      return (await Promise.all(names.map(find))).filter(
        (entry, at) => entry !== null && entry.name === names[at],
      ) as RegistryEntry[];
    },
    find,
    put: async (entry) => {
      const fields = Object.entries(entry).flatMap(([key, value]) => (value === undefined ? [] : [key, String(value)]));
      const key = systemKeys.container(entry.name);
      await redis
        .multi()
        .del(key)
        .hset(key, ...fields)
        .sadd(systemKeys.containers, entry.name)
        .exec();
    },
    remove: async (name) => {
      await redis.multi().del(systemKeys.container(name)).srem(systemKeys.containers, name).exec();
    },
    exclusively: async (name, work) => {
      const key = systemKeys.lock(`workload:${installation}:${name}`);
      const owner = crypto.randomUUID();
      const until = now() + 2 * lockMs;
      while (!(await acquireLease(redis, key, owner, lockMs))) {
        if (now() > until) {
          throw new Error(`another engine is still starting ${name}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      try {
        return await work();
      } finally {
        // It runs out by itself when Redis cannot be reached now.
        await releaseLease(redis, key, owner).catch(() => undefined);
      }
    },
  };
}
