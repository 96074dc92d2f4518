// The demo model: a stand-in for a model provider, on loopback, in a thread of the launcher. A process of its own costs 30 MB more.
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { messageOf, Problem } from "../services/problem.ts";
import type { Log } from "../services/process.ts";
import { paths } from "./paths.ts";

const maxWaitMs = 60_000;

interface DemoModelOptions {
  port: number;
  /** What callers must send. */
  key: string;
  log: Log;
  /** What the thread may take. */
  memoryMb?: number;
  /** Between an end that nobody wanted and the next start; doubled, up to a minute, while it does not live for a minute. */
  waitMs?: number;
}

/**
 * Serves it until `stop`, and again when its thread ends. What agents send is read in there: it can end the thread at worst, which knows
 * nothing of the launcher's environment. Throws a Problem when the port cannot be had.
 */
export async function serveDemoModel(options: DemoModelOptions): Promise<{ stop(): Promise<unknown> }> {
  const { port, key, log, memoryMb = 256, waitMs = 1000 } = options;
  let isStopped = false;
  let thread = begin();
  await Promise.race([new Promise((resolve) => thread.worker.once("message", resolve)), thread.ended.then(failed)]);
  void keep();
  return {
    stop: () => {
      isStopped = true;
      return thread.worker.terminate();
    },
  };

  function begin(): { worker: Worker; ended: Promise<string> } {
    const file = new URL("./demo-model-thread.ts", import.meta.url);
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 4 };
    const worker = new Worker(file, {
      env: { NODE_COMPILE_CACHE: paths.compileCache },
      resourceLimits,
      workerData: { port, key },
    });
    let why = "no reason";
    worker.on("error", (error) => {
      why = messageOf(error);
    });
    return { worker, ended: new Promise((resolve) => worker.once("exit", () => resolve(why))) };
  }

  function failed(why: string): never {
    const remedy = "start again, or set DEMO_MODEL=off and a provider key in .env";
    throw new Problem(`the demo model cannot be served on port ${port}: ${why}`, remedy);
  }

  /** Not as the product's processes are kept, whose deaths can end the product: what agents send can end this one as often as they like. */
  async function keep(): Promise<void> {
    for (let [waited, begunAt] = [0, performance.now()]; ; begunAt = performance.now()) {
      const why = await thread.ended;
      if (isStopped) return;
      waited = performance.now() - begunAt > maxWaitMs ? waitMs : Math.min(waited * 2 || waitMs, maxWaitMs);
      log(`the demo model ended unexpectedly (${why}); it is started again in ${waited / 1000} s`);
      // Nobody waits for it at the end.
      await sleep(waited, undefined, { ref: false });
      if (isStopped) return;
      thread = begin();
    }
  }
}
