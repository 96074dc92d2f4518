// The demo model: a stand-in for a model provider, on loopback. The launcher serves it: a process of its own would cost 40 MB.
import { startDemoModel } from "@djinnbot/testing/demo-model";
import { messageOf, Problem } from "../services/problem.ts";
import type { Log } from "../services/process.ts";

interface DemoModelOptions {
  port: number;
  /** What callers must send. */
  key: string;
  log: Log;
}

/** Serves it until `stop`. What goes wrong in it is told and ends nothing. Throws a Problem when the port cannot be had. */
export async function serveDemoModel({ port, key, log }: DemoModelOptions): Promise<{ stop(): Promise<void> }> {
  const model = await startDemoModel({ port, key }).catch((error: unknown) => {
    const remedy = "start again, or set DEMO_MODEL=off and a provider key in .env";
    throw new Problem(`the demo model cannot be served on port ${port}: ${messageOf(error)}`, remedy);
  });
  // Whoever watches over the product must not fall over a scripted reply; a promise that nobody listens to ends up here as well.
  const survive = (error: unknown) => log(`an error in the launcher or its demo model: ${messageOf(error)}`);
  process.on("uncaughtException", survive);
  return {
    stop: async () => {
      await model.stop();
      process.off("uncaughtException", survive);
    },
  };
}
