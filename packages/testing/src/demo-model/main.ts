/** The demo model as a program: `node main.ts` prints one JSON line with its port and serves until SIGTERM. */
import { readDemoModelEnv } from "./env.ts";
import { startDemoModel } from "./server.ts";

export { defaultModel, demoModels } from "./models.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type DemoModel, startDemoModel } from "./server.ts";

async function main(): Promise<void> {
  const env = readDemoModelEnv();
  const model = await startDemoModel({
    port: env.PORT,
    host: env.DEMO_MODEL_HOST,
    key: env.DEMO_MODEL_KEY,
    ...(env.CHUNK_DELAY_MS !== undefined && { chunkDelayMs: env.CHUNK_DELAY_MS }),
  });
  process.stdout.write(
    `${JSON.stringify({ event: "ready", port: Number(new URL(model.url).port), url: model.url })}\n`,
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void model.stop());
  }
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
