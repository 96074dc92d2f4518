import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { doorDir, doorPaths } from "@djinnbot/config";
import { systemKeys } from "@djinnbot/events";
import { credentials, newTenant, type TestDeps, testDeps } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymousCaller } from "../auth/authenticate.ts";
import { sweepCredentials } from "../auth/sweep.ts";
import { type Caller, call } from "../call.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
  await openDoor();
});
afterAll(() => closeDoor());

const servers: Server[] = [];
/** Sockets that somebody serves, as a web app does. */
async function openDoor(): Promise<void> {
  const { dir, ...paths } = doorPaths(doorDir(deps.config.dataDir));
  mkdirSync(dir, { recursive: true });
  for (const path of Object.values(paths)) {
    rmSync(path, { force: true });
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
  }
}
function closeDoor(): void {
  for (const server of servers.splice(0)) {
    server.close();
  }
}
const status = (caller: Caller) => call(caller, "system", "status", {});

describe("status", () => {
  it("counts engines by their heartbeat and tells how workloads are contained", async () => {
    await deps.redis.del(systemKeys.instances, systemKeys.lastWorkload);
    const stranger = anonymousCaller(deps, credentials());
    expect(await status(stranger)).toMatchObject({ status: "degraded", engines: 0, workload: { backend: null } });
    await deps.redis.zadd(systemKeys.instances, Date.now() - 60_000, "old", Date.now(), "new");
    const fields = { backend: "process", sandbox: "bubblewrap", version: "0.1.0" };
    await deps.redis.hset(systemKeys.instance("new"), fields);
    expect(await status(stranger)).toMatchObject({
      status: "ok",
      engines: 1,
      engineVersion: "0.1.0",
      workload: { backend: "process", sandbox: "bubblewrap" },
      redisConnected: true,
      databaseConnected: true,
      activeRuns: null,
      totalAgents: null,
    });
    await deps.redis.del(systemKeys.instances, systemKeys.instance("new"));
  });

  it("forgets a dead engine after eight seconds, but not that it had no sandbox", async () => {
    const stranger = anonymousCaller(deps, credentials());
    await deps.redis.zadd(systemKeys.instances, Date.now(), "bare");
    // What each heartbeat of an engine says.
    await deps.redis.hset(systemKeys.instance("bare"), { backend: "process", sandbox: "none", version: "0.1.0" });
    await deps.redis.hset(systemKeys.lastWorkload, { backend: "process", sandbox: "none" });
    expect(await status(stranger)).toMatchObject({ engines: 1, workload: { backend: "process", sandbox: "none" } });
    await deps.redis.zadd(systemKeys.instances, Date.now() - 9000, "bare");
    expect(await status(stranger)).toMatchObject({
      status: "degraded",
      engines: 0,
      engineVersion: null,
      workload: { backend: "process", sandbox: "none" },
    });
    await deps.redis.del(systemKeys.instances, systemKeys.instance("bare"), systemKeys.lastWorkload);
  });

  it("is degraded without the door of the workloads, and says what to do", async () => {
    const stranger = anonymousCaller(deps, credentials());
    await deps.redis.zadd(systemKeys.instances, Date.now(), "alive");
    expect(await status(stranger)).toMatchObject({ status: "ok", door: { served: true, problem: null } });
    closeDoor();
    const problem = expect.stringMatching(/api\.sock and redis\.sock and proxy\.sock .* make that folder writable/);
    expect(await status(stranger)).toMatchObject({ status: "degraded", door: { served: false, problem } });
    await openDoor();
    await deps.redis.del(systemKeys.instances);
  });

  it("shows a signed-in caller its own counts", async () => {
    const { caller } = await newTenant(deps);
    expect(await status(caller)).toMatchObject({ activeRuns: 0, totalPipelines: expect.any(Number) });
  });

  it("says degraded, soon, when Redis or the database is away", async () => {
    const redis = deps.redis.duplicate({ lazyConnect: true });
    const withoutRedis = anonymousCaller({ ...deps, redis }, credentials());
    expect(await status(withoutRedis)).toMatchObject({ status: "degraded", redisConnected: false, engines: 0 });
    redis.disconnect();
  });
});

describe("the sweep", () => {
  it("takes only what ended long ago", async () => {
    const [old, fresh] = [await newTenant(deps), await newTenant(deps)];
    await deps.system.pool.query("UPDATE user_sessions SET revoked_at = 1 WHERE tenant_id = $1", [old.tenantId]);
    expect(await sweepCredentials(deps)).toBe(1);
    const { rows } = await deps.system.pool.query("SELECT tenant_id FROM user_sessions WHERE tenant_id = ANY($1)", [
      [old.tenantId, fresh.tenantId],
    ]);
    expect(rows).toEqual([{ tenant_id: fresh.tenantId }]);
  });
});
