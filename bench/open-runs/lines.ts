// What an engine keeps open at Redis: its connections, and the streams that one of its reads waits on.
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

/** A read without an answer is begun again after five seconds. */
const watchMs = 6000;

interface Lines {
  connections: number;
  /** The most that one read named. */
  streams: number;
}

/** Watches the engine's database for a moment; `others` are the names of connections that are not the engine's. */
export async function linesOf(redisUrl: string, others: readonly string[]): Promise<Lines> {
  const number = new URL(redisUrl).pathname.slice(1);
  const redis = new Redis(redisUrl, { connectionName: "bench-lines" });
  const monitor = await redis.monitor();
  for (const connection of [redis, monitor]) connection.on("error", () => undefined);
  let streams = 0;
  monitor.on("monitor", (_time: string, args: string[], _source: string, database: string) => {
    const at = args.findIndex((word) => word.toUpperCase() === "STREAMS");
    // Half of what follows are keys, half are where to go on.
    if (at > 0 && database === number) streams = Math.max(streams, (args.length - at - 1) / 2);
  });
  try {
    await pause(watchMs);
    const clients = String(await redis.client("LIST"))
      .trim()
      .split("\n");
    const fieldOf = (line: string, name: string) => new RegExp(` ${name}=(\\S*)`).exec(line)?.[1] ?? "";
    const theirs = ["bench-lines", ...others];
    const own = clients.filter((line) => fieldOf(line, "db") === number && !theirs.includes(fieldOf(line, "name")));
    return { connections: own.length, streams };
  } finally {
    monitor.disconnect();
    redis.disconnect();
  }
}
