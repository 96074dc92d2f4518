// The least a durable dispatch over Redis and Postgres can cost: read the result, commit one row, write the next command.
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Bench } from "../lib/bench.ts";
import { startChild } from "../lib/child.ts";
import { withClient } from "../lib/servers.ts";
import type { FloorOut } from "./floor-process.ts";
import { contest, type DispatchCounts, type StepTime } from "./index.ts";

export async function measureFloor(bench: Bench, counts: DispatchCounts): Promise<void> {
  const backends = await bench.backends();
  const databaseUrl = await backends.emptyDatabase("bench_floor");
  await withClient(databaseUrl, (client) =>
    client.query("CREATE TABLE steps (run text, step int, result jsonb NOT NULL, PRIMARY KEY (run, step))"),
  );
  const redisUrl = `${backends.redisUrl}/200`;
  const child = startChild<object, FloorOut>({
    program: join(import.meta.dirname, "floor-process.ts"),
    input: { databaseUrl, redisUrl },
  });
  const [reader, writer] = [new Redis(redisUrl, { maxRetriesPerRequest: null }), new Redis(redisUrl)];
  const runs = new Map<string, { times: StepTime[]; steps: number; resolve: (times: StepTime[]) => void }>();
  const write = (run: string, step: number) =>
    writer.xadd("status", "MAXLEN", "~", 1000, "*", "run", run, "step", step);
  let stopped = false;
  const work = async () => {
    let cursor = "0";
    while (!stopped) {
      const answer = await reader.xread("BLOCK", 0, "STREAMS", "commands", cursor).catch(() => null);
      const begun = performance.now();
      for (const [id, fields] of answer?.[0]?.[1] ?? []) {
        cursor = id;
        const [name = "", step] = [fields[1], Number(fields[3])];
        const run = runs.get(name);
        if (!run) continue;
        if (step > run.steps) {
          runs.delete(name);
          run.resolve(run.times);
          continue;
        }
        run.times.push({ begun, ended: performance.now() });
        void write(name, step);
      }
    }
  };
  try {
    await child.next((message): message is FloorOut => message.kind === "ready");
    void work();
    let count = 0;
    await contest(
      bench,
      {
        subject: { kind: "floor", name: "bare: Streams + one INSERT per step" },
        run: (steps) =>
          new Promise((resolve) => {
            count += 1;
            const name = `run-${count}`;
            runs.set(name, { times: [], steps, resolve });
            void write(name, 0);
          }),
        pids: [child.pid],
      },
      counts,
    );
  } finally {
    stopped = true;
    reader.disconnect();
    writer.disconnect();
    await child.stop();
  }
}
