/** A server that is going to end: its streams end, nobody gets a new one, and no connection is kept. */
import { Agent, get } from "node:http";
import { newTenant, testDeps } from "@djinnbot/testing";
import { afterAll, expect, it } from "vitest";
import { createApi, serve } from "./index.ts";

const deps = await testDeps();
const tenant = await newTenant(deps);
const api = createApi({ deps, config: { redisUrl: deps.backends.redisUrl } });
const host = await serve(api.fetch);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterAll(async () => {
  agent.destroy();
  await host.close();
});

/** One request over the one kept-alive connection; resolves when its body ends. */
function request(path: string, onHeaders: () => void = () => undefined) {
  return new Promise<{ status: number | undefined; connection: string | undefined; body: string }>(
    (resolve, reject) => {
      const headers = { authorization: `Bearer ${tenant.tokens.accessToken}` };
      get(`${host.url}${path}`, { agent, headers }, (response) => {
        onHeaders();
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          body += part;
        });
        const { statusCode: status, headers: answered } = response;
        response.on("end", () => resolve({ status, connection: answered.connection, body })).on("error", reject);
      }).on("error", reject);
    },
  );
}

it("ends its streams, answers 503 for new ones, and keeps no connection", async () => {
  const opened = Promise.withResolvers<void>();
  const stream = request("/v1/events/stream", opened.resolve);
  await opened.promise;
  await expect.poll(() => api.listeners()).toBe(1);
  await api.close();
  expect((await stream).body).toContain("event: ready");
  const again = await request("/v1/events/stream");
  expect(again).toMatchObject({ status: 503, connection: "close" });
  expect(JSON.parse(again.body)).toMatchObject({ code: "UNAVAILABLE" });
  expect(await request("/v1/agents/")).toMatchObject({ status: 200, connection: "close" });
  expect(api.listeners()).toBe(0);
});
