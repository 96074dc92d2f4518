/** A request that fails by our own fault: the log says whose it was. */
import { keepLog, type LogLine, newTenant, testDeps } from "@djinnbot/testing";
import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const tenant = await newTenant(deps);
const lines: LogLine[] = [];
const api = createApi({ deps: { ...deps, log: keepLog(lines) }, config: { redisUrl: deps.backends.redisUrl } });
afterAll(() => api.close());

it("names tenant and request, over REST and tRPC", async () => {
  const owner = new pg.Client({ connectionString: deps.backends.ownerUrl });
  await owner.connect();
  await owner.query("ALTER TABLE agents RENAME TO agents_away");
  await owner.end();
  for (const path of ["/v1/agents/", "/api/trpc/agents.list?input=%7B%7D"]) {
    const headers = { authorization: `Bearer ${tenant.tokens.accessToken}` };
    const response = await api.fetch(new Request(`http://127.0.0.1:3000${path}`, { headers }), { ip: null });
    expect(response.status).toBe(500);
    const requestId = response.headers.get("x-request-id");
    expect(lines.find(({ level, request_id }) => level === "error" && request_id === requestId)).toMatchObject({
      tenant_id: tenant.tenantId,
      operation: "agents.list",
    });
  }
});
