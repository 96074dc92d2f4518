// Child process of the DBOS part.
import { DBOS } from "@dbos-inc/dbos-sdk";
import { childInput, onParentGone, tellParent } from "../lib/child.ts";
import type { StepTime } from "./index.ts";
import type { PeerIn, PeerOut } from "./remote-runs.ts";

const { databaseUrl } = childInput<{ databaseUrl: string }>();
const tell = (message: PeerOut) => tellParent(message);

async function work(steps: number): Promise<StepTime[]> {
  const times: StepTime[] = [];
  for (let at = 0; at < steps; at += 1) {
    await DBOS.runStep(
      async () => {
        const begun = performance.now();
        times.push({ begun, ended: performance.now() });
        return { outcome: "completed" };
      },
      { name: `S${at + 1}` },
    );
  }
  return times;
}
const workflow = DBOS.registerWorkflow(work, { name: "bench" });

DBOS.setConfig({
  name: "bench",
  systemDatabaseUrl: databaseUrl,
  systemDatabasePoolSize: 20,
  logLevel: "error",
  runAdminServer: false,
});
await DBOS.launch();
process.on("message", async ({ id, steps }: PeerIn) => {
  try {
    const handle = await DBOS.startWorkflow(workflow)(steps);
    tell({ kind: "done", id, times: await handle.getResult() });
  } catch (error) {
    tell({ kind: "failed", reason: (error as Error).message });
  }
});
tell({ kind: "ready" });
onParentGone(() => DBOS.shutdown());
