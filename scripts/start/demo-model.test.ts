import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../services/port.ts";
import { run } from "../services/process.ts";
import { paths } from "./paths.ts";

const call = (port: number) =>
  `(await fetch("http://127.0.0.1:${port}/v1/models", { headers: { authorization: "Bearer key" } })).status`;

/** Runs lines in a process that serves the demo model. */
function inLauncher(port: number, lines: string) {
  const file = join(paths.root, "scripts/start/demo-model.ts");
  const script = `
    const { serveDemoModel } = await import(${JSON.stringify(file)});
    const model = await serveDemoModel({ port: ${port}, key: "key", log: console.log });
    ${lines}`;
  return run(paths.node, ["--input-type=module", "-e", script], { timeoutMs: 30_000 });
}

test("what goes wrong in the demo model does not end the launcher that serves it", async () => {
  const port = await freePort();
  const { code, stdout } = await inLauncher(
    port,
    `setTimeout(() => { throw new Error("thrown in a timer"); });
    void Promise.reject(new Error("rejected unheard"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log("then", ${call(port)});
    await model.stop();`,
  );
  expect(stdout.trim().split("\n").toSorted()).toEqual([
    "an error in the launcher or its demo model: rejected unheard",
    "an error in the launcher or its demo model: thrown in a timer",
    "then 200",
  ]);
  expect(code).toBe(0);
});

test("once it has stopped, an error nobody caught ends the launcher again", async () => {
  const { code, stderr } = await inLauncher(
    await freePort(),
    `await model.stop();
    setTimeout(() => { throw new Error("thrown later"); });`,
  );
  expect(stderr).toContain("thrown later");
  expect(code).toBe(1);
});

test("a port that is taken is a problem with a remedy", async () => {
  const port = await freePort();
  const again = `await serveDemoModel({ port: ${port}, key: "key", log: console.log }).catch((error) => console.log(error.message, error.remedy));`;
  const { stdout } = await inLauncher(port, `${again} await model.stop();`);
  expect(stdout).toMatch(/cannot be served on port \d+: .*EADDRINUSE.* DEMO_MODEL=off/);
});
