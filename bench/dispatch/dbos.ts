// DBOS: workflow and steps in one process, each step's result one committed row of the same Postgres.
import { join } from "node:path";
import type { Bench } from "../lib/bench.ts";
import { startChild } from "../lib/child.ts";
import { peerVersion } from "../lib/package-version.ts";
import { contest, type DispatchCounts } from "./index.ts";
import type { PeerIn, PeerOut } from "./remote-runs.ts";
import { remoteRuns } from "./remote-runs.ts";

export async function measureDbos(bench: Bench, counts: DispatchCounts): Promise<void> {
  const backends = await bench.backends();
  const databaseUrl = await backends.emptyDatabase("bench_dbos");
  const child = startChild<PeerIn, PeerOut>({
    program: join(import.meta.dirname, "dbos-process.ts"),
    input: { databaseUrl },
  });
  try {
    await child.next((message): message is PeerOut & { kind: "ready" } => message.kind === "ready");
    const subject = { kind: "peer", name: `DBOS ${peerVersion("@dbos-inc/dbos-sdk")}` } as const;
    await contest(bench, { subject, run: remoteRuns(child), pids: [child.pid] }, counts);
  } finally {
    await child.stop();
  }
}
