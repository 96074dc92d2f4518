/** A connection to Postgres that is open and silent is given up, and its place in the pool is free again. */
import { openDb, tenantPipeline, withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, tcpProxy, testDeps, testServiceEnv } from "@djinnbot/testing";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { isPassing } from "./passing.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

it("loses no place in the pool, whoever waits", async () => {
  const { tenantId } = await newTenant(deps);
  const { APP_DATABASE_URL } = testServiceEnv(deps.backends, { dataDir: deps.config.dataDir });
  const proxy = await tcpProxy(String(APP_DATABASE_URL));
  const db = openDb({ url: proxy.url, name: "test", max: 2, silenceMs: 500 });
  onTestFinished(async () => {
    await db.close();
    await proxy.close();
  });
  const ask = [
    () => withTenant(db, tenantId, (tx) => tx.user.count()),
    async () =>
      Number(
        (await tenantPipeline(db, tenantId, [{ text: "SELECT count(*)::int AS n FROM users", values: [] }]))[0]?.[0]?.n,
      ),
  ];
  for (let round = 0; round < 2; round += 1) {
    expect(await Promise.all(ask.map((one) => one()))).toEqual([1, 1]);
    proxy.hole();
    const failed = await Promise.allSettled(ask.map((one) => one()));
    expect(failed.map((one) => one.status === "rejected" && isPassing(one.reason))).toEqual([true, true]);
  }
  expect(await Promise.all(ask.map((one) => one()))).toEqual([1, 1]);
});
