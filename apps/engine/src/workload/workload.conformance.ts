/** What every backend promises; one suite, run on each. */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLog, tenantPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { createRedis, type Redis, systemKeys } from "@djinnbot/events";
import type {} from "@djinnbot/testing/provided";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import {
  createWorkload,
  deleteRedisUser,
  ensureRedisUser,
  type Workload,
  type WorkloadSettings,
  type WorkloadSpec,
  workloadName,
  workloadRedisUrl,
} from "./index.ts";
import { findByArgument } from "./process-table.ts";

export interface Backend {
  label: string;
  /** Settings without the data directory and the secret, which the suite makes itself. */
  settings(): Promise<Omit<WorkloadSettings, "DATA_DIR" | "AUTH_SECRET_KEY">>;
  isSandboxed: boolean;
  /** Why the suite cannot run here. */
  skip?: string | undefined;
}

const log = createLog({ service: "test", instance: "test", level: "silent" });
const password = "a-password-that-must-not-leak";
const limits = { memoryMb: 512, cpus: 2, pids: 128 };

/** Runs `check` until it answers something; the test's own time limit is the only one. */
async function until<T>(check: () => Promise<T | null | false | undefined>): Promise<T> {
  for (;;) {
    const value = await check();
    if (value) {
      return value;
    }
    await sleep(20);
  }
}

export function describeWorkload(backend: Backend): void {
  describe.skipIf(backend.skip !== undefined)(`workload: ${backend.label}`, () => {
    let redis: Redis;
    let dataDir = "";
    let settings: WorkloadSettings;
    let workload: Workload;
    const redisUrl = inject("services").redisUrl;

    beforeAll(async () => {
      redis = createRedis(redisUrl, { log, name: "conformance" });
      dataDir = await mkdtemp("/var/tmp/djinnbot-workload-");
      await chmod(dataDir, 0o755);
      const secret = randomBytes(24).toString("hex");
      settings = { ...(await backend.settings()), DATA_DIR: dataDir, AUTH_SECRET_KEY: secret };
      workload = await createWorkload({ settings, redis, log });
    });
    afterEach(async () => {
      await Promise.all((await workload.list()).map(({ name }) => workload.stop(name, 0)));
    });
    afterAll(async () => {
      redis.disconnect();
      await rm(dataDir, { recursive: true, force: true });
    });

    interface Asked {
      script?: string;
      files?: Record<string, string>;
      tenantId?: string;
      limits?: Partial<WorkloadSpec["limits"]>;
      deadlineAt?: number;
    }
    /** A run's directories with what the probe is to do in them, and the workload that belongs to it. */
    async function prepare(asked: Asked = {}): Promise<WorkloadSpec> {
      const [tenantId, runId, sessionId] = [asked.tenantId ?? newId("tenant"), newId("run"), newId("session")];
      const paths = tenantPaths(dataDir, tenantId);
      const [workspace, home, mirror] = [paths.workspace(runId), paths.home(runId, "ada"), paths.mirror("a")];
      for (const dir of [workspace, home, mirror]) {
        await mkdir(dir, { recursive: true });
      }
      await writeFile(join(mirror, "HEAD"), "ref: refs/heads/main\n");
      const files = { ...asked.files, ...(asked.script === undefined ? {} : { "probe.sh": asked.script }) };
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(workspace, name), text);
      }
      const env = {
        ...{ TENANT_ID: tenantId, RUN_ID: runId, SESSION_ID: sessionId, AGENT_ID: "ada" },
        ...{ REDIS_URL: workloadRedisUrl(redisUrl, { sessionId, password }), API_URL: "http://127.0.0.1:9/" },
        ...{ RUN_KEY: `run-key-of-${runId}`, WORKSPACE: workspace, HOME: home },
        ...{ COMMAND_CURSOR: "0", IDLE_TIMEOUT_MS: 600_000 },
      };
      return {
        ...{ name: workloadName({ tenantId, runId, n: 1 }), tenantId, runId, sessionId, agentId: "ada", env, home },
        mounts: [
          { path: workspace, access: "write" },
          { path: home, access: "write" },
          { path: mirror, access: "read" },
        ],
        limits: { ...limits, ...asked.limits },
        deadlineAt: asked.deadlineAt ?? Date.now() + 600_000,
        workdir: workspace,
      };
    }
    const inWorkspace = (spec: WorkloadSpec, name: string) => join(spec.workdir, name);
    const read = (spec: WorkloadSpec, name: string) => readFile(inWorkspace(spec, name), "utf8");
    const ready = (spec: WorkloadSpec) => until(async () => existsSync(inWorkspace(spec, "ready")));
    /** Runs a script inside as the agent's shell would, and answers what it printed. */
    async function runInside(
      asked: Asked & { script: string },
    ): Promise<{ spec: WorkloadSpec; output: string; code: number }> {
      const spec = await prepare(asked);
      await workload.ensure(spec);
      await until(async () => existsSync(inWorkspace(spec, "result.json")));
      return { spec, ...(JSON.parse(await read(spec, "result.json")) as { output: string; code: number }) };
    }
    const exited = (name: string) =>
      until(async () => {
        const state = await workload.inspect(name);
        return state?.status === "exited" ? state : null;
      });

    test("starts one workload per name, however often it is asked", async () => {
      const spec = await prepare();
      await Promise.all([workload.ensure(spec), workload.ensure(spec)]);
      const other = await createWorkload({ settings, redis, log });
      await other.ensure(spec);
      await ready(spec);
      await workload.ensure(spec);
      expect((await read(spec, "starts")).trim().split("\n")).toHaveLength(1);
      const { name, tenantId, runId, sessionId } = spec;
      const state = { name, tenantId, runId, sessionId, status: "running", exitCode: null };
      expect(await workload.inspect(name)).toMatchObject(state);
      expect(await other.list()).toEqual([expect.objectContaining(state)]);
      expect(Math.abs(((await workload.inspect(name))?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    test("hands over the environment whole, with addresses that answer", async () => {
      const spec = await prepare({
        script: `node -e '
          const url = new URL(JSON.parse(require("fs").readFileSync("env.json", "utf8")).REDIS_URL);
          const socket = require("net").connect(Number(url.port), url.hostname);
          socket.write("AUTH " + url.username + " " + url.password + "\\r\\nPING\\r\\nKEYS *\\r\\nQUIT\\r\\n");
          socket.on("data", (data) => process.stdout.write(data));
          setTimeout(() => process.exit(1), 5000).unref();
          socket.on("close", () => process.exit(0));'`,
      });
      await ensureRedisUser(redis, { ...spec, password });
      await workload.ensure(spec);
      await until(async () => existsSync(inWorkspace(spec, "result.json")));
      expect(JSON.parse(await read(spec, "result.json")).output).toMatch(/^\+OK\r\n\+PONG\r\n-NOPERM/);
      const { REDIS_URL, API_URL, ...env } = JSON.parse(await read(spec, "env.json"));
      expect(env).toEqual({ ...spec.env, REDIS_URL: undefined, API_URL: undefined });
      expect(API_URL).toMatch(/:9\/$/);
      expect(new URL(REDIS_URL).password).toBe(password);
      await deleteRedisUser(redis, spec.sessionId);
    });

    test("tells how a workload ended, and what it wrote last", async () => {
      const spec = await prepare({ files: { "exit-code": "7" } });
      await workload.ensure(spec);
      const state = await exited(spec.name);
      expect(state.exitCode).toBe(7);
      expect((await workload.output(spec.name)).slice(-2)).toEqual(["first of the last lines", "the very last line"]);
      await workload.stop(spec.name, 0);
      expect(await workload.inspect(spec.name)).toBeNull();
      expect(await redis.exists(systemKeys.container(spec.sessionId))).toBe(0);
    });

    test("starts again under the name of one that ended", async () => {
      const spec = await prepare({ files: { "exit-code": "1" } });
      await workload.ensure(spec);
      await exited(spec.name);
      await rm(inWorkspace(spec, "exit-code"));
      await workload.ensure(spec);
      await ready(spec);
      expect(await workload.inspect(spec.name)).toMatchObject({ status: "running" });
    });

    test("knows nothing of a name that was never started, and stops it quietly", async () => {
      const spec = await prepare();
      expect(await workload.inspect(spec.name)).toBeNull();
      expect(await workload.output(spec.name)).toEqual([]);
      await workload.stop(spec.name, 1000);
    });

    test("refuses a workload whose directories are not there", async () => {
      const spec = await prepare();
      await rm(spec.workdir, { recursive: true });
      await expect(workload.ensure(spec)).rejects.toThrow();
      expect(await workload.inspect(spec.name)).toBeNull();
    });

    test("lives on when the engine that started it is killed, and is found without the registry", async () => {
      const spec = await prepare();
      const program = join(import.meta.dirname, "testing/starter.ts");
      const engine = spawn(process.execPath, [program, JSON.stringify({ settings, spec, redisUrl })], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(engine.stdout, "data");
      engine.kill("SIGKILL");
      await once(engine, "exit");
      await ready(spec);
      expect(await workload.inspect(spec.name)).toMatchObject({ status: "running", sessionId: spec.sessionId });
      await redis.del(systemKeys.container(spec.sessionId));
      await redis.srem(systemKeys.containers, spec.sessionId);
      expect(await workload.inspect(spec.name)).toMatchObject({ status: "running", sessionId: spec.sessionId });
      expect(await workload.list()).toEqual([expect.objectContaining({ name: spec.name, runId: spec.runId })]);
      await workload.ensure(spec);
      expect((await read(spec, "starts")).trim().split("\n")).toHaveLength(1);
      await workload.stop(spec.name, 5000);
      expect(await read(spec, "asked")).toBe("SIGTERM");
      expect(await workload.list()).toEqual([]);
    });

    test("stops everything a workload started, however it hides", async () => {
      const marker = `100000.${randomBytes(5).readUIntBE(0, 5)}`;
      const script = `
        sleep ${marker} & setsid sleep ${marker} & nohup sleep ${marker} >/dev/null 2>&1 &
        (setsid bash -c 'trap "" TERM HUP; (trap "" TERM; exec sleep ${marker}) & exec sleep ${marker}' >/dev/null 2>&1 &)`;
      const spec = await prepare({ script: `exec >/dev/null 2>&1; ${script}`, files: { stubborn: "" } });
      await workload.ensure(spec);
      await ready(spec);
      await until(async () => (await findByArgument(marker)).length >= 5);
      await workload.stop(spec.name, 300);
      expect(await read(spec, "asked")).toBe("SIGTERM");
      expect(await findByArgument(marker)).toEqual([]);
      expect(await findByArgument(spec.name)).toEqual([]);
      expect(await workload.inspect(spec.name)).toBeNull();
    });

    test("asks before it kills", async () => {
      const spec = await prepare();
      await workload.ensure(spec);
      await ready(spec);
      await workload.stop(spec.name, 30_000);
      expect(await read(spec, "asked")).toBe("SIGTERM");
      expect(await workload.inspect(spec.name)).toBeNull();
    });

    test("hosts several tenants' workloads at once and stops each by itself", async () => {
      const specs = await Promise.all(Array.from({ length: 5 }, () => prepare()));
      await Promise.all(specs.map((spec) => workload.ensure(spec)));
      await Promise.all(specs.map(ready));
      const names = specs.map(({ name }) => name);
      expect((await workload.list()).map(({ name }) => name).sort()).toEqual(names.toSorted());
      const [first, ...rest] = names;
      await workload.stop(first ?? "", 5000);
      expect((await workload.list()).map(({ name }) => name).sort()).toEqual(rest.toSorted());
      await Promise.all(rest.map((name) => workload.stop(name, 5000)));
      expect(await workload.list()).toEqual([]);
    });

    test("does not see another installation's workloads", async () => {
      const spec = await prepare();
      await workload.ensure(spec);
      const foreign = await createWorkload({ settings: { ...settings, AUTH_SECRET_KEY: "x".repeat(32) }, redis, log });
      expect(await foreign.list()).toEqual([]);
      expect(await foreign.inspect(spec.name)).toBeNull();
      await foreign.stop(spec.name, 0);
      expect(await workload.inspect(spec.name)).toMatchObject({ status: "running" });
    });

    test("a sweep ends what is past its deadline and leaves the rest", async () => {
      const [late, timely] = [await prepare({ deadlineAt: Date.now() - 1 }), await prepare()];
      await Promise.all([workload.ensure(late), workload.ensure(timely)]);
      await Promise.all([ready(late), ready(timely)]);
      await workload.sweep?.();
      expect(await workload.inspect(late.name)).toBeNull();
      expect(await workload.inspect(timely.name)).toMatchObject({ status: "running" });
    });

    test("offers what an agent's work needs", async () => {
      const script = `set -ex; node -e 'console.log("node", process.version)'; git --version; bash --version | head -1
        git init -q -b main repo; cd repo; git config user.name a; git config user.email a@b.c
        echo 1 > a; git add a; git commit -qm one; git log --format=%s; echo x > /tmp/x; echo y > "$HOME/y"`;
      const { spec, output, code } = await runInside({ script });
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(process.version) });
      expect(output).toMatch(/git version .*\nGNU bash.*\none\n/s);
      expect(await readFile(join(spec.home, "y"), "utf8")).toBe("y\n");
    });

    test("bounds the number of processes", async () => {
      const script = `node -e '
        const { spawn } = require("child_process");
        let started = 0, refused = 0;
        for (let i = 0; i < 150; i++) {
          try { spawn("sleep", ["60"]).on("error", () => refused++).pid ? started++ : 0; } catch { refused++; }
        }
        setTimeout(() => { console.log(JSON.stringify({ started, refused })); process.exit(0); }, 500);'`;
      const { spec, output } = await runInside({ script, limits: { pids: 64 } });
      const { started, refused } = JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
      expect(started).toBeGreaterThan(5);
      expect(started).toBeLessThan(64);
      expect(refused).toBe(150 - started);
      await workload.stop(spec.name, 0);
      expect(await workload.list()).toEqual([]);
    });

    test("bounds memory", async () => {
      const script = `node -e '
        const kept = []; for (let i = 0; i < 80; i++) kept.push(Buffer.alloc(10 * 1024 * 1024, 1));
        console.log("took", kept.length);'; echo "code $?"`;
      const { output } = await runInside({ script, limits: { memoryMb: 256 } });
      expect(output).not.toContain("took 80");
      expect(output).toMatch(/code [1-9]/);
    });

    describe.runIf(backend.isSandboxed)("what an agent's shell sees", () => {
      test("can read and write its run's directories only", async () => {
        const tenantId = newId("tenant");
        const [otherRun, otherTenant] = [await prepare({ tenantId }), await prepare()];
        const secrets = [
          ...[join(dataDir, "secrets.json"), inWorkspace(otherRun, "note"), inWorkspace(otherTenant, "note")],
          ...[join(otherTenant.home, "note"), join(tenantPaths(dataDir, tenantId).root, "note")],
          join(tenantPaths(dataDir, tenantId).run(otherRun.runId), "note"),
        ];
        await Promise.all(secrets.map((path) => writeFile(path, "planted", { mode: 0o666 })));
        const repository = join(import.meta.dirname, "../../../../package.json");
        const hidden = [
          ...secrets,
          repository,
          "/etc/shadow",
          "/etc/machine-id",
          "/var/run/docker.sock",
          "/root/.bashrc",
        ];
        const places = [
          "/",
          "/usr",
          "/etc",
          "/opt",
          "/opt/djinnbot",
          "/root",
          "/home",
          "/var",
          dataDir,
          "/sys",
          "/proc/sys/kernel",
        ];
        const script = `
          for f in ${hidden.map((path) => `'${path}'`).join(" ")}; do [ -e "$f" ] && cat "$f" >/dev/null 2>&1 && echo "READ $f"; done
          for d in ${places.map((path) => `'${path}'`).join(" ")} "$MIRROR"; do (echo x > "$d/planted") 2>/dev/null && echo "WROTE $d"; done
          for d in /root /home /var/lib /srv /mnt '${dataDir}'; do for f in "$d"/*; do [ -e "$f" ] && echo "LISTED $f"; done; done
          ls '${dataDir}/tenants' '${tenantPaths(dataDir, tenantId).runs}'
          cat "$(ls -d '${tenantPaths(dataDir, tenantId).root}'/workspaces/*.git)/HEAD"
          (echo x > "$(ls -d '${tenantPaths(dataDir, tenantId).root}'/workspaces/*.git)/planted") 2>/dev/null && echo "WROTE mirror"
          echo x > own && echo x > "$HOME/own" && echo x > /tmp/own && echo done`;
        const { spec, output } = await runInside({ script, tenantId });
        const listed = `LISTED ${join(dataDir, "tenants")}`;
        const lines = output.split("\n").filter((line) => line !== "" && line !== listed);
        expect(lines.filter((line) => /^(READ|WROTE|LISTED)/.test(line))).toEqual([]);
        expect(lines).toContain(spec.runId);
        expect(output).not.toContain(otherRun.runId);
        expect(output).not.toContain(otherTenant.tenantId);
        expect(lines).toContain("ref: refs/heads/main");
        expect(lines.at(-1)).toBe("done");
      });

      test("finds no process and no secret but its own, and no privilege", async () => {
        const script = `
          echo "uid $(id -u)"; grep -E '^(CapEff|CapBnd|CapPrm|NoNewPrivs):' /proc/self/status
          echo "processes $(ls /proc | grep -cE '^[0-9]+$')"
          cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | sed 's/^/P /'
          env | sed 's/^/E /'; uname -n
          for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | grep -E 'docker|socket.*redis' ; done
          kill -9 ${process.pid} 2>/dev/null && echo killed
          unshare -Ur true 2>/dev/null && echo "made a namespace"
          mount -t tmpfs none /tmp 2>/dev/null && echo mounted
          exit 0`;
        const { spec, output } = await runInside({ script });
        expect(output).toMatch(/^uid [1-9]\d+$/m);
        expect(output).toMatch(/^CapEff:\t0{16}$/m);
        expect(output).toMatch(/^CapPrm:\t0{16}$/m);
        expect(output).toMatch(/^NoNewPrivs:\t1$/m);
        expect(Number(/^processes (\d+)$/m.exec(output)?.[1])).toBeLessThan(12);
        expect(output).toMatch(/^sandbox$/m);
        for (const secret of [
          password,
          spec.env.RUN_KEY,
          settings.AUTH_SECRET_KEY,
          redisUrl,
          "VITEST",
          "killed",
          "mounted",
        ]) {
          expect(output).not.toContain(secret);
        }
        const own = ["PATH", "HOME", "PWD", "SHLVL", "_", "OLDPWD"];
        const names = [...output.matchAll(/^E (\w+)=/gm)].map(([, name]) => name ?? "");
        expect(names.filter((name) => !own.includes(name))).toEqual([]);
      });

      test("cannot pretend to be another workload", async () => {
        const [victim, liar] = [await prepare(), await prepare({ files: { "probe.sh": "" } })];
        await workload.ensure(victim);
        await ready(victim);
        const [{ argv = [] } = {}] = await findByArgument(victim.name);
        const label = argv.find((arg) => arg.startsWith("--workload=")) ?? "none";
        await workload.stop(victim.name, 0);
        await writeFile(inWorkspace(liar, "probe.sh"), `setsid bash -c 'sleep 1000; :' '${label}' >/dev/null 2>&1 &`);
        await workload.ensure(liar);
        await ready(liar);
        expect(await workload.inspect(victim.name)).toBeNull();
        expect((await workload.list()).map(({ name }) => name)).toEqual([liar.name]);
      });
    });
  });
}
