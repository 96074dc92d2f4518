// Child process of the floor: the engine's part, reduced to one committed row per result.
import { Redis } from "ioredis";
import pg from "pg";
import { childInput, onParentGone, tellParent } from "../lib/child.ts";

export interface FloorOut {
  kind: "ready";
}

const { databaseUrl, redisUrl } = childInput<{ databaseUrl: string; redisUrl: string }>();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
const [reader, writer] = [new Redis(redisUrl, { maxRetriesPerRequest: null }), new Redis(redisUrl)];

async function record(run: string, step: number): Promise<void> {
  await pool.query({
    name: "record",
    text: "INSERT INTO steps (run, step, result) VALUES ($1, $2, $3)",
    values: [run, step, '{"outcome":"completed"}'],
  });
  await writer.xadd("commands", "MAXLEN", "~", 1000, "*", "run", run, "step", step + 1);
}

async function serve(): Promise<void> {
  let cursor = "0";
  for (;;) {
    const answer = await reader.xread("BLOCK", 0, "STREAMS", "status", cursor);
    for (const [id, fields] of answer?.[0]?.[1] ?? []) {
      cursor = id;
      void record(fields[1] ?? "", Number(fields[3]));
    }
  }
}

void serve().catch(() => undefined);
await pool.query("SELECT 1");
tellParent({ kind: "ready" } satisfies FloorOut);
onParentGone(async () => {
  reader.disconnect();
  writer.disconnect();
  await pool.end();
});
