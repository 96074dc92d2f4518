/** Repositories on servers that accept and never answer: they cost their own run, and nobody else. */
import { createServer, type Server, type Socket } from "node:net";
import { testBackends, unique } from "@djinnbot/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startPlatform } from "./testing/platform.ts";
import { becomes, commandLines, lineOf, settled } from "./testing/watch.ts";

const places = 8;
const platform = await startPlatform({
  backends: await testBackends(),
  engines: 1,
  engineEnv: { MAX_CONCURRENT_RUNS: String(places) },
});
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

  it("takes no more than a share of an engine, however many runs of a tenant name it", {
    timeout: 120_000,
  }, async () => {
    const slow = await platform.tenant();
    const other = await platform.tenant();
    const { port, open } = await silentServer();
    const repository = `git://127.0.0.1:${port}/silent`;
    const pipeline = { yamlContent: lineOf(unique("p"), [{ agent: "engineer" }]) };
    const mine = await slow.client.api.pipelines.create.mutate(pipeline);
    const theirs = await other.client.api.pipelines.create.mutate(pipeline);
    const waiting = await Promise.all(
      Array.from({ length: places }, (_, n) =>
        slow.client.api.runs.create.mutate({ pipelineId: mine.id, task: `Do ${n}.`, repository }),
      ),
    );
    await becomes(async () => open.size, places / 4, 30_000);
    const { id: runId } = await other.client.api.runs.create.mutate({ pipelineId: theirs.id, task: "Do it." });
    // Long before any of the others is given up.
    const begun = async () => (await other.client.api.runs.get.query({ runId })).startedAt !== null;
    await becomes(begun, true, 10_000);
    expect(open.size).toBe(places / 4);
    for (const { id } of waiting) {
      await slow.client.api.runs.cancel.mutate({ runId: id });
    }
    await becomes(async () => open.size, 0, cancelledWithinMs);
    await settled(platform, { ...other, runId, code: null });
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
