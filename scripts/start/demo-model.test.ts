import { expect, test } from "vitest";
import { freePort } from "../services/port.ts";
import { serveDemoModel } from "./demo-model.ts";

const lines: string[] = [];
const log = (line: string) => lines.push(line);

function call(port: number, path: string, body?: string): Promise<Response> {
  const headers = { authorization: "Bearer key", "content-type": "application/json" };
  const request = body ? { method: "POST", body } : {};
  return fetch(`http://127.0.0.1:${port}/v1/${path}`, { headers, ...request });
}

test("what takes more memory than it has ends its thread only, which is started again", {
  timeout: 60_000,
}, async () => {
  const port = await freePort();
  const model = await serveDemoModel({ port, key: "key", log, memoryMb: 32, waitMs: 10 });
  try {
    expect((await call(port, "models")).status).toBe(200);
    // Each empty object takes eighteen times its three letters once it is read.
    const body = `{"model":"demo","messages":[],"x":[${"{},".repeat(2_000_000)}{}]}`;
    await expect(call(port, "chat/completions", body)).rejects.toThrow();
    const status = () => call(port, "models").then((response) => response.status);
    await expect.poll(() => status().catch(() => 0), { timeout: 30_000 }).toBe(200);
    expect(lines).toEqual([expect.stringMatching(/^the demo model ended unexpectedly \(.*memory/)]);
  } finally {
    await model.stop();
  }
  await expect(call(port, "models")).rejects.toThrow();
});

test("a port that is taken is a problem with a remedy", { timeout: 30_000 }, async () => {
  const port = await freePort();
  const model = await serveDemoModel({ port, key: "key", log });
  try {
    await expect(serveDemoModel({ port, key: "key", log })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be served on port \d+: .*EADDRINUSE/),
      remedy: expect.stringContaining("DEMO_MODEL=off"),
    });
  } finally {
    await model.stop();
  }
});
