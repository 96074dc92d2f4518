/** Fixture of the gateway's tests: a provider on a real local server, a tenant with its key, and a run with a workload's key. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@djinnbot/contracts";
import { tenantPipeline, withTenant } from "@djinnbot/db";
import { tenantKeys } from "@djinnbot/events";
import { bearer, credentials, newTenant, type TestDeps, type TestTenant, testDeps, unique } from "@djinnbot/testing";
import { runKeyOf } from "../../api-key/run-key.ts";
import { authenticate } from "../../auth/authenticate.ts";
import type { Caller } from "../../call.ts";
import { handleModelCall } from "../handle.ts";

/** The tenant's key at the provider. */
export const secret = "sk-the-tenants-own-key";
export type Handler = (request: http.IncomingMessage, body: string, response: http.ServerResponse) => void;

export interface Workload {
  runId: string;
  sessionId: string;
  key: string;
  caller: Caller;
}
export interface CallOptions {
  caller: Caller;
  providerId: string;
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
}
export interface Stage {
  deps: TestDeps;
  /** With a parent it is an executor, and with `branch` too a branch. */
  newRun(tenant: TestTenant, part?: { parentRunId: string; branch?: string }): Promise<Workload>;
  /** A tenant whose provider is answered by `handler`, and a run of it. */
  scene(handler: Handler, providerId?: string): Promise<{ tenant: TestTenant; run: Workload; providerId: string }>;
  close(): Promise<void>;
}

/** Server-sent events as providers send them. */
export function events(...messages: unknown[]): string {
  return messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");
}
export async function logsOf(tenant: TestTenant) {
  return (await tenant.services.llmCalls.list({})).calls;
}

/** A model call as the web app hands it over. */
export function ask({ caller, providerId, path = "chat/completions", body, headers }: CallOptions): Promise<Response> {
  const request = new Request(`http://gateway/v1/llm/${providerId}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body ?? { model: "m", stream: true, messages: [] }),
  });
  return handleModelCall({ caller, providerId, path, request });
}

export async function openStage(): Promise<Stage> {
  const deps = await testDeps();
  const handlers = new Map<string, Handler>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const name = request.url?.split("/")[1] ?? "";
      handlers.get(name)?.(request, Buffer.concat(chunks).toString(), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    deps,
    newRun: (tenant, part) => newRun(deps, tenant, part),
    scene: async (handler, providerId = `custom-${unique("p")}`) => {
      const tenant = await newTenant(deps);
      const name = unique("up");
      handlers.set(name, handler);
      const baseUrl = `${url}/${name}`;
      if (providerId.startsWith("custom-")) {
        const slug = providerId.slice("custom-".length);
        await tenant.services.settings.createCustomProvider({ name: "Mine", slug, baseUrl, apiKey: secret });
      } else {
        await tenant.services.settings.putProvider({ providerId, baseUrl, apiKey: secret });
      }
      return { tenant, run: await newRun(deps, tenant), providerId };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await deps.close();
    },
  };
}

async function newRun(
  deps: TestDeps,
  tenant: TestTenant,
  part: { parentRunId?: string; branch?: string } = {},
): Promise<Workload> {
  const [runId, sessionId] = [newId("run"), newId("session")];
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    const times = { createdAt: 1, updatedAt: 1 };
    await tx.run.create({
      data: { id: runId, pipelineId: "p", pipelineYaml: "", taskDescription: "t", ...part, ...times },
    });
    await tx.session.create({
      data: { id: sessionId, agentId: "coder", source: "pipeline", sourceId: runId, createdAt: 1 },
    });
    // The session is at its second step.
    for (const [attempt, status] of [
      [1, "failed"],
      [2, "running"],
    ] as const) {
      const step = { runId, stepId: "build", attempt, sequence: attempt, agentId: "coder", sessionId, status };
      await tx.step.create({ data: { id: `${runId}:${attempt}`, ...step } });
    }
  });
  // A living run has a stream.
  await deps.redis.xadd(tenantKeys.runEvents(tenant.tenantId, runId), "*", "data", "{}");
  const { key, statement } = runKeyOf({ runId, sessionId, agentId: "coder", expiresAt: Date.now() + 60_000 });
  await tenantPipeline(deps.db, tenant.tenantId, [statement]);
  const caller = await authenticate(deps, credentials({ authorization: bearer(key) }));
  return { runId, sessionId, key, caller };
}
