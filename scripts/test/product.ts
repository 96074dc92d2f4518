// Runs the whole product on a free port and a data folder of its own, for browser tests and the bench.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../services/port.ts";
import { baseEnv } from "../start/child-env.ts";
import { paths } from "../start/paths.ts";
import { type DemoCredentials, loadDemoCredentials } from "../start/state.ts";

export interface Product {
  url: string;
  dataDir: string;
  demo: DemoCredentials;
  /** Of the launcher; everything it started is below it. */
  pid: number;
  stop(): Promise<void>;
}

interface ProductOptions {
  /** Those of `.env`. */
  settings?: Record<string, string>;
  /** Kept when it is given (a second start finds it again); a temporary one is removed on `stop`. */
  dataDir?: string;
}

/** A start that takes longer has failed: the first one builds the web app, on a slow machine for minutes. */
const startLimitMs = 15 * 60_000;
const stopLimitMs = 60_000;

/** Starts `npm start` as a child and returns when it says that it is ready. */
export async function startProduct({ settings = {}, ...given }: ProductOptions = {}): Promise<Product> {
  const dataDir = given.dataDir ?? mkdtempSync(join(tmpdir(), "djinnbot-product-"));
  // The database user (as root, not ours) has to pass through; the files inside are private by themselves.
  chmodSync(dataDir, 0o755);
  const port = await freePort();
  const env = {
    ...baseEnv(),
    ...settings,
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    DJINNBOT_ENV_FILE: join(dataDir, ".env"),
  };
  const child = spawn(paths.node, [join(paths.root, "scripts/start.mjs")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
    await exited;
    clearTimeout(timer);
    if (!given.dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
  let output = "";
  const ready = new Promise<true>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/is ready/.test(output)) resolve(true);
    });
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), startLimitMs);
  const isReady = (await Promise.race([ready, exited])) === true;
  clearTimeout(timer);
  if (!isReady) {
    await stop();
    throw new Error(`the product did not start:\n${output}`);
  }
  return { url: `http://localhost:${port}`, dataDir, demo: loadDemoCredentials(dataDir), pid: child.pid ?? -1, stop };
}
