/** The start hook in a process of its own: what cannot work ends it, with the reason. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { testBackends, testServiceEnv } from "@djinnbot/testing";
import { expect, test } from "vitest";

const backends = await testBackends();
const script = `import { start } from ${JSON.stringify(new URL("start.ts", import.meta.url).href)}; await start();`;

async function start(change: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const { ALLOWED_REPOSITORY_DIRS: _, ...env } = testServiceEnv(backends, { dataDir: tmpdir() });
  const given = Object.entries({ ...env, ...change }).map(([name, value]) => [name, String(value ?? "")]);
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { PATH: process.env.PATH, ...Object.fromEntries(given) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, said };
}

test("an environment that is not valid", async () => {
  const { code, said } = await start({ AUTH_SECRET_KEY: "short" });
  expect(said).toContain("The environment is not valid:\n  - AUTH_SECRET_KEY: needs at least 32 characters");
  expect(code).toBe(1);
});

test("a metrics port that somebody else has", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as { port: number };
  const { code, said } = await start({ METRICS_PORT: String(port) });
  expect(said).toMatch(/METRICS_PORT: nothing can listen there .*EADDRINUSE/);
  expect(code).toBe(1);
  holder.close();
});
