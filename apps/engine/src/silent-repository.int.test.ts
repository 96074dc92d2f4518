/** Repositories on servers that accept and never answer: they cost their own run, and nobody else. */
import { createServer, type Server, type Socket } from "node:net";
import { testBackends, unique } from "@djinnbot/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startPlatform } from "./testing/platform.ts";
import { becomes, commandLines, lineOf, settled } from "./testing/watch.ts";

const platform = await startPlatform({ backends: await testBackends(), engines: 1 });
afterAll(() => platform.stop());

/** The bound of DESIGN 8, G5. */
const cancelledWithinMs = 5000;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

async function silentServer(): Promise<{ port: number; open: Set<Socket> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as { port: number }).port, open };
}

describe("a repository on a silent server", () => {
  it.each(["git", "http"])("%s: a run that waits for it can be cancelled", { timeout: 120_000 }, async (scheme) => {
    const tenant = await platform.tenant();
    const { api } = tenant.client;
    const { port, open } = await silentServer();
    const yamlContent = lineOf(unique("p"), [{ agent: "engineer" }]);
    const { id: pipelineId } = await api.pipelines.create.mutate({ yamlContent });
    const repository = `${scheme}://127.0.0.1:${port}/silent`;
    const { id: runId } = await api.runs.create.mutate({ pipelineId, task: "Do it.", repository });
    await becomes(async () => open.size, 1, 30_000);
    await api.runs.cancel.mutate({ runId });
    const statusNow = async () => (await api.runs.get.query({ runId })).status;
    await becomes(statusNow, "cancelled", cancelledWithinMs);
    await becomes(async () => open.size, 0, cancelledWithinMs);
    expect(commandLines().filter((line) => line.includes(`127.0.0.1:${port}`))).toEqual([]);
    const { detail } = await settled(platform, { ...tenant, runId, code: "CANCELLED" });
    expect(detail.steps).toEqual([]);
  });

  it("lets an engine that is told to stop go at once", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const { api } = tenant.client;
    const { port, open } = await silentServer();
    const { id: pipelineId } = await api.pipelines.create.mutate({
      yamlContent: lineOf(unique("p"), [{ agent: "engineer" }]),
    });
    const repository = `git://127.0.0.1:${port}/silent`;
    const { id: runId } = await api.runs.create.mutate({ pipelineId, task: "Do it.", repository });
    await becomes(async () => open.size, 1, 30_000);
    const [first] = platform.engines;
    first?.child.kill("SIGTERM");
    await becomes(async () => open.size, 0, 10_000);
    await becomes(async () => first?.child.exitCode, 0, 10_000);
    platform.startEngine();
    await becomes(async () => open.size, 1, 30_000);
    await api.runs.cancel.mutate({ runId });
    await settled(platform, { ...tenant, runId, code: "CANCELLED" });
  });
});
