/** What every backend promises about starting, finding and ending workloads; one suite, run on each. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemKeys } from "@djinnbot/events";
import type {} from "@djinnbot/testing/provided";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { deleteRedisUser, ensureRedisUser } from "./index.ts";
import { findByArgument } from "./process-table.ts";
import { describeSandbox } from "./sandbox.conformance.ts";
import { type Backend, password, Stage, until } from "./testing/stage.ts";

export function describeWorkload(backend: Backend): void {
  describeSandbox(backend);
  describe.skipIf(backend.skip !== undefined)(`workload: ${backend.label}`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(backend, inject("services").redisUrl);
    });
    afterEach(() => stage.clear());
    afterAll(() => stage.close());

    test("starts one workload per name, however often it is asked", async () => {
      const spec = await stage.prepare();
      await Promise.all([stage.workload.ensure(spec), stage.workload.ensure(spec)]);
      const other = await stage.another();
      await other.ensure(spec);
      await stage.ready(spec);
      await stage.workload.ensure(spec);
      expect(await stage.starts(spec)).toBe(1);
      const { name, tenantId, runId, sessionId } = spec;
      const state = { name, tenantId, runId, sessionId, status: "running", exitCode: null };
      expect(await stage.workload.inspect(name)).toMatchObject(state);
      expect(await other.list()).toEqual([expect.objectContaining(state)]);
      expect(Math.abs(((await stage.workload.inspect(name))?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    test("hands over the environment whole, with addresses that answer", async () => {
      const spec = await stage.prepare({
        script: `node -e '
          const env = JSON.parse(require("fs").readFileSync("env.json", "utf8"));
          const url = new URL(env.REDIS_URL);
          const at = env.DOOR_DIR ? { path: env.DOOR_DIR + "/redis.sock" } : { port: Number(url.port), host: url.hostname };
          const socket = require("net").connect(at);
          socket.write("AUTH " + url.username + " " + url.password + "\\r\\nPING\\r\\nKEYS *\\r\\nQUIT\\r\\n");
          socket.on("data", (data) => process.stdout.write(data));
          setTimeout(() => process.exit(1), 5000).unref();
          socket.on("close", () => process.exit(0));'`,
      });
      await ensureRedisUser(stage.redis, { ...spec, password });
      await stage.workload.ensure(spec);
      expect((await stage.result(spec)).output).toMatch(/^\+OK\r\n\+PONG\r\n-NOPERM/);
      const { REDIS_URL, API_URL, DOOR_DIR, ...env } = JSON.parse(await stage.read(spec, "env.json"));
      expect(env).toEqual({ ...spec.env, REDIS_URL: undefined, API_URL: undefined });
      expect(DOOR_DIR !== undefined).toBe(stage.workload.network === "door");
      expect(API_URL).toMatch(/:9\/$/);
      expect(new URL(REDIS_URL).password).toBe(password);
      await deleteRedisUser(stage.redis, spec.sessionId);
    });

    test("tells how a workload ended, and what it wrote last", async () => {
      const spec = await stage.prepare({ files: { "exit-code": "7" } });
      await stage.workload.ensure(spec);
      const state = await stage.exited(spec);
      expect(state.exitCode).toBe(7);
      expect((await stage.workload.output(spec.name)).slice(-2)).toEqual([
        "first of the last lines",
        "the very last line",
      ]);
      await stage.workload.stop(spec.name, 0);
      expect(await stage.workload.inspect(spec.name)).toBeNull();
      expect(await stage.redis.exists(systemKeys.container(spec.name))).toBe(0);
    });

    test("starts again under the name of one that ended", async () => {
      const spec = await stage.prepare({ files: { "exit-code": "1" } });
      await stage.workload.ensure(spec);
      await stage.exited(spec);
      await rm(join(spec.workdir, "exit-code"));
      await stage.workload.ensure(spec);
      await stage.ready(spec);
      expect(await stage.workload.inspect(spec.name)).toMatchObject({ status: "running" });
    });

    test("knows nothing of a name that was never started, and stops it quietly", async () => {
      const spec = await stage.prepare();
      expect(await stage.workload.inspect(spec.name)).toBeNull();
      expect(await stage.workload.output(spec.name)).toEqual([]);
      await stage.workload.stop(spec.name, 1000);
    });

    test("refuses a workload whose directories are not there", async () => {
      const spec = await stage.prepare();
      await rm(spec.workdir, { recursive: true });
      await expect(stage.workload.ensure(spec)).rejects.toThrow();
      expect(await stage.workload.inspect(spec.name)).toBeNull();
    });

    test("lives on when the engine that started it is killed, and is found without the registry", async () => {
      const spec = await stage.prepare();
      const program = join(import.meta.dirname, "testing/starter.ts");
      const engine = spawn(process.execPath, [program, stage.order(spec)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(engine.stdout, "data");
      engine.kill("SIGKILL");
      await once(engine, "exit");
      await stage.ready(spec);
      expect(await stage.workload.inspect(spec.name)).toMatchObject({ status: "running", sessionId: spec.sessionId });
      await stage.redis.del(systemKeys.container(spec.name));
      await stage.redis.srem(systemKeys.containers, spec.name);
      expect(await stage.workload.inspect(spec.name)).toMatchObject({ status: "running", sessionId: spec.sessionId });
      expect(await stage.workload.list()).toEqual([expect.objectContaining({ name: spec.name, runId: spec.runId })]);
      await stage.workload.ensure(spec);
      expect(await stage.starts(spec)).toBe(1);
      await stage.workload.stop(spec.name, 5000);
      expect(await stage.read(spec, "asked")).toBe("SIGTERM");
      expect(await stage.workload.list()).toEqual([]);
    });

    test("stops everything a workload started, however it hides", async () => {
      const marker = `100000.${randomBytes(5).readUIntBE(0, 5)}`;
      const script = `
        sleep ${marker} & setsid sleep ${marker} & nohup sleep ${marker} >/dev/null 2>&1 &
        (setsid bash -c 'trap "" TERM HUP; (trap "" TERM; exec sleep ${marker}) & exec sleep ${marker}' >/dev/null 2>&1 &)`;
      const spec = await stage.prepare({ script: `exec >/dev/null 2>&1; ${script}`, files: { stubborn: "" } });
      await stage.workload.ensure(spec);
      await stage.ready(spec);
      await until(async () => (await findByArgument(marker)).length >= 5);
      await stage.workload.stop(spec.name, 300);
      expect(await stage.read(spec, "asked")).toBe("SIGTERM");
      expect(await findByArgument(marker)).toEqual([]);
      expect(await findByArgument(spec.name)).toEqual([]);
      expect(await stage.workload.inspect(spec.name)).toBeNull();
    });

    test("asks before it kills", async () => {
      const spec = await stage.prepare();
      await stage.workload.ensure(spec);
      await stage.ready(spec);
      await stage.workload.stop(spec.name, 30_000);
      expect(await stage.read(spec, "asked")).toBe("SIGTERM");
      expect(await stage.workload.inspect(spec.name)).toBeNull();
    });

    test("hosts several tenants' workloads at once and stops each by itself", async () => {
      const specs = await Promise.all(Array.from({ length: 5 }, () => stage.prepare()));
      await Promise.all(specs.map((spec) => stage.workload.ensure(spec)));
      await Promise.all(specs.map((spec) => stage.ready(spec)));
      const names = specs.map(({ name }) => name);
      expect((await stage.workload.list()).map(({ name }) => name).sort()).toEqual(names.toSorted());
      const [first, ...rest] = names;
      await stage.workload.stop(first ?? "", 5000);
      expect((await stage.workload.list()).map(({ name }) => name).sort()).toEqual(rest.toSorted());
      await Promise.all(rest.map((name) => stage.workload.stop(name, 5000)));
      expect(await stage.workload.list()).toEqual([]);
    });

    test("does not see another installation's workloads", async () => {
      const spec = await stage.prepare();
      await stage.workload.ensure(spec);
      const foreign = await stage.another({ AUTH_SECRET_KEY: "x".repeat(32) });
      expect(await foreign.list()).toEqual([]);
      expect(await foreign.inspect(spec.name)).toBeNull();
      await foreign.stop(spec.name, 0);
      expect(await stage.workload.inspect(spec.name)).toMatchObject({ status: "running" });
    });

    test("a sweep ends what is past its deadline and leaves the rest", async () => {
      const [late, timely] = [await stage.prepare({ deadlineAt: Date.now() - 1 }), await stage.prepare()];
      await Promise.all([stage.workload.ensure(late), stage.workload.ensure(timely)]);
      await Promise.all([stage.ready(late), stage.ready(timely)]);
      await stage.workload.sweep?.();
      expect(await stage.workload.inspect(late.name)).toBeNull();
      expect(await stage.workload.inspect(timely.name)).toMatchObject({ status: "running" });
    });
  });
}
