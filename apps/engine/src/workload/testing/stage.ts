/** Where the conformance suite plays: a data directory of its own, a backend, and workloads that do what their directory says. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLog, doorDir, doorPaths, tenantPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { createRedis, type Redis, workloadUser } from "@djinnbot/events";
import {
  createWorkload,
  type Workload,
  type WorkloadSettings,
  type WorkloadSpec,
  type WorkloadState,
  workloadName,
  workloadRedisUrl,
} from "../index.ts";

export interface Backend {
  label: string;
  /** Settings without the data directory and the secret, which the stage makes itself. */
  settings(): Promise<Omit<WorkloadSettings, "DATA_DIR" | "AUTH_SECRET_KEY">>;
  isSandboxed: boolean;
  /** Inside is more of a network than the door. */
  hasNetwork?: boolean;
  /** The shell inside is not the host's root. */
  hasOwnUser: boolean;
  /** Why the suite cannot run here. */
  skip?: string | undefined;
}

/** What is special about a workload. */
export interface Asked {
  /** Run inside as the agent's shell would be. */
  script?: string;
  /** In its working copy; see `probe/main.js` for those that mean something. */
  files?: Record<string, string>;
  tenantId?: string;
  limits?: Partial<WorkloadSpec["limits"]>;
  deadlineAt?: number;
}

/** Password of every session's Redis user. */
export const password = "a-password-that-must-not-leak";
const log = createLog({ service: "test", instance: "test", level: "silent" });
const limits = { memoryMb: 512, cpus: 2, pids: 128, diskMb: 256 };

/** Repeats `check` until it answers something; the test's own time limit is the only one. */
export async function until<T>(check: () => Promise<T | null | false>): Promise<T> {
  for (;;) {
    const value = await check();
    if (value) {
      return value;
    }
    await sleep(20);
  }
}

/** The part of the door that the suite needs: the API is not there. */
async function openRedisDoor(dataDir: string, redisUrl: string): Promise<Server> {
  const { hostname, port } = new URL(redisUrl);
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  const path = doorPaths(doorDir(dataDir)).redis;
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await chmod(path, 0o666);
  return server;
}

export class Stage {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly dataDir: string;
  readonly settings: WorkloadSettings;
  readonly workload: Workload;
  private readonly door: Server;

  private constructor(
    parts: Pick<Stage, "redis" | "redisUrl" | "dataDir" | "settings" | "workload"> & { door: Server },
  ) {
    this.redis = parts.redis;
    this.redisUrl = parts.redisUrl;
    this.dataDir = parts.dataDir;
    this.settings = parts.settings;
    this.workload = parts.workload;
    this.door = parts.door;
  }

  static async open(backend: Backend, redisUrl: string): Promise<Stage> {
    // Not below /tmp, which a sandbox has of its own, writable.
    const dataDir = await mkdtemp("/var/tmp/djinnbot-workload-");
    await chmod(dataDir, 0o755);
    const secret = randomBytes(24).toString("hex");
    const settings = { ...(await backend.settings()), DATA_DIR: dataDir, AUTH_SECRET_KEY: secret };
    const redis = createRedis(redisUrl, { log, name: "conformance" });
    const workload = await createWorkload({ settings, redis, log });
    const door = await openRedisDoor(dataDir, redisUrl);
    return new Stage({ redis, redisUrl, dataDir, settings, workload, door });
  }

  /** The backend as another engine opens it. */
  another(settings: Partial<WorkloadSettings> = {}): Promise<Workload> {
    return createWorkload({ settings: { ...this.settings, ...settings }, redis: this.redis, log });
  }

  /** Argument of `starter.ts`. */
  order(spec: WorkloadSpec): string {
    return JSON.stringify({ settings: this.settings, spec, redisUrl: this.redisUrl });
  }

  async clear(): Promise<void> {
    await Promise.all((await this.workload.list()).map(({ name }) => this.workload.stop(name, 0)));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    this.door.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A run's directories with what the probe is to do in them, and the workload that belongs to it. */
  async prepare(asked: Asked = {}): Promise<WorkloadSpec> {
    const [tenantId, runId, sessionId] = [asked.tenantId ?? newId("tenant"), newId("run"), newId("session")];
    const paths = tenantPaths(this.dataDir, tenantId);
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
      ...{
        REDIS_URL: workloadRedisUrl(this.redisUrl, { user: workloadUser(sessionId), password }),
        API_URL: "http://127.0.0.1:9/",
      },
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

  has(spec: WorkloadSpec, name: string): boolean {
    return existsSync(join(spec.workdir, name));
  }

  read(spec: WorkloadSpec, name: string): Promise<string> {
    return readFile(join(spec.workdir, name), "utf8");
  }

  /** How often the workload's program was started. */
  async starts(spec: WorkloadSpec): Promise<number> {
    return (await this.read(spec, "starts")).trim().split("\n").length;
  }

  async ready(spec: WorkloadSpec): Promise<void> {
    await this.file(spec, "ready");
  }

  /** Waits for a file; throws what the workload wrote last when it ends without one. */
  private async file(spec: WorkloadSpec, name: string): Promise<void> {
    await until(async () => {
      const state = await this.workload.inspect(spec.name);
      if (!this.has(spec, name) && state?.status !== "running") {
        throw new Error(`${spec.name} ended: ${(await this.workload.output(spec.name)).join("\n")}`);
      }
      return this.has(spec, name);
    });
  }

  /** Waits until the workload has ended by itself. */
  async exited(spec: WorkloadSpec): Promise<WorkloadState> {
    return until(async () => {
      const state = await this.workload.inspect(spec.name);
      return state?.status === "exited" ? state : null;
    });
  }

  /** What the script printed, and its exit code. */
  async result(spec: WorkloadSpec): Promise<{ output: string; code: number }> {
    await this.file(spec, "result.json");
    return JSON.parse(await this.read(spec, "result.json"));
  }

  /** Starts a workload whose agent's shell runs a script. */
  async runInside(asked: Asked & { script: string }): Promise<{ spec: WorkloadSpec; output: string; code: number }> {
    const spec = await this.prepare(asked);
    await this.workload.ensure(spec);
    return { spec, ...(await this.result(spec)) };
  }
}
