/** An agent gains no place on the network by having another one work for it. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@djinnbot/contracts";
import { type SessionLogin, sessionLogin } from "@djinnbot/core/egress";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Door } from "./index.ts";
import { openScene, type Session } from "./testing/scene.ts";

const outside = http.createServer((_, response) => response.end("hello"));
await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
const { port } = outside.address() as AddressInfo;
const scene = await openScene({ EGRESS_PRIVATE_HOSTS: [`localhost:${port}`] });
let door: Door;
beforeAll(async () => {
  door = await scene.open();
});
afterAll(async () => {
  await door.close();
  await scene.close();
  outside.close();
});

/** What the proxy answers to a program that asks for the server outside. */
function get({ user, password }: SessionLogin): Promise<{ status: number; body: string }> {
  const headers = {
    "proxy-authorization": `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    host: `localhost:${port}`,
  };
  return new Promise((resolve, reject) => {
    const asking = http.request(
      { socketPath: scene.paths.proxy, path: `http://localhost:${port}/`, headers },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          body += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    asking.on("error", reject).end();
  });
}

/** A run of another agent that the session's run waits for: one that its agent called, or with a name a branch of the pipeline. */
async function childOf(session: Session, branch: string | null): Promise<SessionLogin & { agentId: string }> {
  const { tenant, tenantId } = session;
  const slug = `open-${branch ?? "executor"}`;
  const { id: agentId } = await tenant.services.agents.create({ name: "Open", slug });
  const [runId, sessionId] = [newId("run"), newId("session")];
  await tenantPipeline(scene.deps.db, tenantId, [
    {
      text: `INSERT INTO runs (id, pipeline_id, pipeline_yaml, task_description, parent_run_id, parent_step, branch, created_at, updated_at)
             VALUES ($1, 'execute', '', 't', $2, $3, $4, 1, 1)`,
      values: [runId, session.runId, `${session.runId}:1`, branch],
    },
    {
      text: `INSERT INTO sessions (id, agent_id, source, source_id, status, created_at)
             VALUES ($1, $2, 'pipeline', $3, 'running', 1)`,
      values: [sessionId, agentId, runId],
    },
  ]);
  return { ...sessionLogin(scene.deps.config.authSecretKey, "proxy", { tenantId, sessionId }), agentId };
}

it("binds an executor by the rules of the agent that called it, and a branch by its own only", async () => {
  const session = await scene.atWork();
  const { agents } = session.tenant.services;
  const [executor, branch] = [await childOf(session, null), await childOf(session, "left")];
  expect((await get(executor)).status).toBe(200);
  const becomes = (login: SessionLogin, status: number) =>
    expect.poll(async () => (await get(login)).status, { timeout: 6000 }).toBe(status);

  await agents.putConfig({ agentId: session.agentId, egressMode: "none" });
  await becomes(session.proxy, 403);
  await becomes(executor, 403);
  expect((await get(branch)).status).toBe(200);

  // Listed for both, or not at all.
  await agents.putConfig({ agentId: session.agentId, egressMode: "listed", egressHosts: ["localhost"] });
  await becomes(executor, 200);
  await agents.putConfig({ agentId: executor.agentId, egressMode: "listed", egressHosts: ["example.com"] });
  await becomes(executor, 403);
  expect((await get(executor)).body).toMatch(/rules of this agent, or of one that called it, do not allow it/);

  await agents.delete({ agentId: session.agentId });
  await becomes(executor, 407);
});
