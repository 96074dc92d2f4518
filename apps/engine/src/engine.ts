/** One instance of the engine: its systems put together, started and drained. */
import type { Deps } from "@djinnbot/core";
import { consume, createRedis, globalEvents, type Redis, systemKeys, Tailer } from "@djinnbot/events";
import { watchDisks } from "./disk-watch.ts";
import { createHandlers, handleGlobal } from "./handlers.ts";
import { Lookup } from "./held/lookup.ts";
import { Publisher } from "./held/publisher.ts";
import { type EngineOptions, engineDefaults, type Resources } from "./held/resources.ts";
import { now, readClock } from "./lib/clock.ts";
import { Scheduler } from "./run/scheduler.ts";
import { TransitionWriter } from "./store/transition-writer.ts";
import { sweep } from "./sweep.ts";
import { Transcript } from "./transcript/transcript.ts";
import type { Workload } from "./workload/workload.ts";
import type { Workspace } from "./workspace/workspace.ts";

type RequiredOptions = "instanceId" | "version" | "apiUrl" | "workloadRedisUrl";
export interface EngineParts {
  deps: Deps;
  /** Administrator URL, for the two connections that wait on streams. */
  redisUrl: string;
  workload: Workload;
  workspace: Workspace;
  options: Pick<EngineOptions, RequiredOptions> & Partial<EngineOptions>;
}
export interface EngineStats {
  held: number;
  /** Epoch ms of the last answer of Redis on the global stream, and of the last sweep that reached Postgres. */
  lastPollAt: number;
  lastSweepAt: number;
}
export interface Engine {
  start(): void;
  /** Claims nothing more and hands held runs over; workloads go on. Done within `drainMs`. */
  drain(): Promise<void>;
  /** Stops as a crash would: releases nothing. */
  halt(): void;
  stats(): EngineStats;
}

function createResources(parts: EngineParts, tail: Redis): Resources {
  const { deps, workload, workspace } = parts;
  const options: EngineOptions = { ...engineDefaults, ...parts.options };
  const log = deps.log.child({ engine: options.instanceId });
  return {
    ...{ deps, options, log, workload, workspace },
    tailer: new Tailer({ redis: tail, control: deps.redis, log }),
    transitions: new TransitionWriter(deps),
    publisher: new Publisher(deps),
    lookup: new Lookup(deps, options.lookupTtlMs),
    transcript: new Transcript(deps, log, options.transcriptMs),
  };
}

/** Opens nothing before `start` but two connections to Redis. */
export function createEngine(parts: EngineParts): Engine {
  const { deps, redisUrl } = parts;
  const connect = (name: string) => createRedis(redisUrl, { log: deps.log, name, blocking: true });
  const queue = connect("engine-queue");
  const resources = createResources(parts, connect("engine-tail"));
  const { options, log } = resources;
  const scheduler = new Scheduler(resources);
  const handlers = createHandlers(scheduler);
  const stopping = new AbortController();
  const { signal } = stopping;
  let [lastPollAt, lastSweepAt] = [0, 0];
  let work: Promise<unknown> = Promise.resolve();

  const begin = async () => {
    // Before anything is claimed: what one engine writes down another must be able to judge.
    await readClock(deps).catch(() => undefined);
    const reading = consume({
      redis: queue,
      control: deps.redis,
      channel: globalEvents,
      group: systemKeys.engineGroup,
      consumer: options.instanceId,
      log,
      signal,
      handle: (message) => handleGlobal(handlers, message),
      onPoll: () => {
        lastPollAt = now();
      },
    });
    const sweeping = repeat({ everyMs: options.tickMs, signal }, async () => {
      await sweep(resources, scheduler);
      if (await reaches(deps)) {
        lastSweepAt = now();
      }
    });
    const renewing = repeat({ everyMs: Math.floor(options.lockTtlMs / 4), signal }, () =>
      scheduler.renew().catch((error: Error) => log.warn({ err: error.message }, "renewing locks failed")),
    );
    const measuring = repeat({ everyMs: options.diskMs, signal }, () => watchDisks(resources, scheduler));
    return Promise.all([reading, sweeping, renewing, measuring]);
  };

  return {
    start: () => {
      work = begin();
    },
    drain: async () => {
      stopping.abort();
      const done = (async () => {
        await scheduler.drain();
        await Promise.all([resources.publisher.flush(), resources.transcript.flush()]);
        await deps.redis.zrem(systemKeys.instances, options.instanceId);
      })();
      await within(options.drainMs, done);
      await resources.tailer.close();
      queue.disconnect();
      await within(2000, work);
    },
    halt: () => {
      stopping.abort();
      scheduler.halt();
      void resources.tailer.close();
      queue.disconnect();
    },
    stats: () => ({ held: scheduler.held.length, lastPollAt, lastSweepAt }),
  };
}

async function reaches(deps: Deps): Promise<boolean> {
  return readClock(deps).then(
    () => true,
    () => false,
  );
}

async function repeat(
  { everyMs, signal }: { everyMs: number; signal: AbortSignal },
  task: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await task();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}

async function within(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task.catch(() => undefined), limit]);
  clearTimeout(timer);
}
