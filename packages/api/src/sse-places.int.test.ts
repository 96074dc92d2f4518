/** Event streams that are held open: as many as a tenant and a process may have, and a place that is given back is free again. */
import { newTenant, type TestTenant, testDeps } from "@djinnbot/testing";
import { afterAll, expect, it, vi } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const api = createApi({
  deps,
  config: { redisUrl: deps.backends.redisUrl, maxStreams: { perTenant: 3, perProcess: 5 } },
});
afterAll(() => api.close());

async function open({ tokens }: TestTenant) {
  const stop = new AbortController();
  const request = new Request("http://127.0.0.1:3000/v1/events/stream", {
    headers: { authorization: `Bearer ${tokens.accessToken}` },
    signal: stop.signal,
  });
  const response = await api.fetch(request, { ip: null });
  return { status: response.status, headers: response.headers, stop, body: response.body };
}

it("refuses more than a tenant may have, and more than the process has room for", { timeout: 30_000 }, async () => {
  const [a, b] = [await newTenant(deps), await newTenant(deps)];
  // At once: none may slip in while another is being looked at.
  const first = await Promise.all(Array.from({ length: 8 }, () => open(a)));
  const [held, refused] = [200, 429].map((status) => first.filter((stream) => stream.status === status));
  expect([held?.length, refused?.length]).toEqual([3, 5]);
  expect(Number(refused?.[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await statuses(b, 3)).toEqual([200, 200, 429]);

  held?.[0]?.stop.abort();
  await held?.[1]?.body?.cancel();
  await vi.waitFor(async () => expect((await open(a)).status).toBe(200), { timeout: 10_000 });
  expect((await open(b)).status).toBe(200);
  expect((await open(a)).status).toBe(429);
});

async function statuses(tenant: TestTenant, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n += 1) {
    all.push((await open(tenant)).status);
  }
  return all;
}
