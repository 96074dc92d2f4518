// The thread that serves the demo model. Says "ready" once it listens; an error that nobody catches ends it.
import { parentPort, workerData } from "node:worker_threads";
import { startDemoModel } from "@djinnbot/testing/demo-model";

await startDemoModel(workerData as { port: number; key: string });
parentPort?.postMessage("ready");
