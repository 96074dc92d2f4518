// The whole product as `npm start` brings it up: started cold, then warm, and kept for the measurements that need it.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Product, startProduct } from "../../scripts/test/product.ts";
import { HttpClient } from "./http.ts";

export interface BenchProduct {
  url: string;
  /** Of the launcher. */
  pid: number;
  /** From the command to "is ready", in milliseconds: on an empty data folder (the web app built before), and again on the same. */
  startedIn: { cold: number; warm: readonly number[] };
  /** Signed in as the demo tenant's owner. */
  client(): Promise<HttpClient>;
  stop(): Promise<void>;
}

/** Starts it on an empty data folder, then `warmStarts` times on the same. `stop` removes the folder. */
export async function startBenchProduct(options: {
  warmStarts: number;
  log: (line: string) => void;
}): Promise<BenchProduct> {
  const { warmStarts, log } = options;
  const dataDir = mkdtempSync(join(tmpdir(), "djinnbot-bench-product-"));
  chmodSync(dataDir, 0o755);
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    // Builds what is stale, so that the build is in neither figure.
    log("starting the product once to build it …");
    await (await startProduct({})).stop();
    const cold = await timedStart(dataDir);
    log(`the product started in ${Math.round(cold.ms)} ms on an empty data folder`);
    let { product } = cold;
    const warm: number[] = [];
    while (warm.length < warmStarts) {
      await product.stop();
      const again = await timedStart(dataDir);
      ({ product } = again);
      warm.push(again.ms);
      log(`and in ${Math.round(again.ms)} ms again`);
    }
    const url = product.url.replace("//localhost", "//127.0.0.1");
    return {
      url,
      pid: product.pid,
      startedIn: { cold: cold.ms, warm },
      client: () => signIn(url, product),
      stop: async () => {
        await product.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function timedStart(dataDir: string): Promise<{ product: Product; ms: number }> {
  const begun = performance.now();
  const product = await startProduct({ dataDir });
  return { product, ms: performance.now() - begun };
}

async function signIn(url: string, { demo }: Product): Promise<HttpClient> {
  const anonymous = new HttpClient(url, null);
  const { json } = await anonymous.send("POST", "/v1/auth/login", { email: demo.email, password: demo.password });
  const tokens = json as { accessToken?: string; access_token?: string };
  const token = tokens.accessToken ?? tokens.access_token;
  if (!token) throw new Error(`signing in to the product failed: ${JSON.stringify(json).slice(0, 200)}`);
  return new HttpClient(url, token);
}
