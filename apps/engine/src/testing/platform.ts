/**
 * The product without its pages: API on a free port, engines as processes of their own, the demo model; on the test run's servers
 * or on some of its own. For tests that kill things.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiDefaults, createApi, type NodeHost, openDoor, serve } from "@djinnbot/api";
import { createDjinnClient, type DjinnClient } from "@djinnbot/client";
import { createDeps, type Deps } from "@djinnbot/core";
import { seedAgentTemplates, seedPipelines, seedPlatformProviders, seedPrices } from "@djinnbot/core/seed";
import { newTenant, type TestBackends, type TestTenant, testServiceEnv } from "@djinnbot/testing";
import { type DemoModel, startDemoModel } from "@djinnbot/testing/demo-model";
import { ensureBubblewrap } from "../../../../scripts/services/bubblewrap.ts";
import { ensureBuilt } from "../../../../scripts/start/build.ts";
import { paths } from "../../../../scripts/start/paths.ts";

const engineMain = join(dirname(fileURLToPath(import.meta.url)), "..", "main.ts");

export interface PlatformOptions {
  backends: TestBackends;
  engines?: number;
  /** Added to the engines' environment. */
  engineEnv?: Record<string, string>;
  chunkDelayMs?: number;
  /** Redis as workloads reach it, where that is to be another address. */
  workloadRedisUrl?: string;
  /** `relay`: as if the server forbade ACL SETUSER. */
  redisSessionUsers?: "acl" | "relay";
  /** What the operator opens to agents of the private networks. */
  privateHosts?: string[];
}
export interface EngineProcess {
  child: ChildProcess;
  log: string;
}
export interface Platform {
  deps: Deps;
  api: NodeHost;
  demo: DemoModel;
  dataDir: string;
  repositoriesDir: string;
  engines: EngineProcess[];
  /** Whether workloads of the process backend are in a sandbox here. */
  isSandboxed: boolean;
  /** `env` is added to this engine's environment. */
  startEngine(env?: Record<string, string>): EngineProcess;
  /** A tenant with the agents of the feature pipeline and a client that acts for it. */
  tenant(): Promise<TestTenant & { client: DjinnClient }>;
  stop(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const dataDir = mkdtempSync(join(tmpdir(), "djinnbot-platform-"));
  const repositoriesDir = join(dataDir, "repositories");
  mkdirSync(repositoriesDir);
  await ensureBuilt(["runtime"], { log: () => undefined });
  const env = {
    ...testServiceEnv(options.backends, { dataDir }),
    ALLOWED_REPOSITORY_DIRS: [repositoriesDir],
    REDIS_SESSION_USERS: options.redisSessionUsers ?? ("acl" as const),
    EGRESS_PRIVATE_HOSTS: options.privateHosts ?? [],
  };
  const deps = createDeps(env, { service: "api", instance: "api", dbConnections: 10 });
  await seedPipelines(deps.system, join(paths.root, "pipelines"));
  await seedAgentTemplates(deps.system, join(paths.root, "templates/agents"));
  await seedPrices(deps.system);
  const demo = await startDemoModel({ key: "demo-key-0123456789", chunkDelayMs: options.chunkDelayMs ?? 0 });
  await seedPlatformProviders({ system: deps.system, secretEncryptionKey: env.SECRET_ENCRYPTION_KEY }, [
    {
      providerId: "demo",
      name: "Demo model",
      wire: "openai-compatible",
      baseUrl: demo.url,
      apiKey: "demo-key-0123456789",
      isDemo: true,
    },
  ]);
  const config = {
    ...apiDefaults,
    redisUrl: options.backends.redisUrl,
    requestLimit: { points: 100_000, windowSec: 10 },
  };
  const edge = createApi({ deps, config });
  const api = await serve(edge.fetch);
  const door = await openDoor({
    deps,
    fetch: edge.fetch,
    redisUrl: options.workloadRedisUrl ?? options.backends.redisUrl,
  });
  const bwrap = await ensureBubblewrap({ toolsDir: paths.toolsDir, log: () => undefined });
  const engineEnv = {
    ...Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    ),
    LOG_LEVEL: "info",
    ALLOWED_REPOSITORY_DIRS: repositoriesDir,
    INTERNAL_URL: api.url,
    RUNTIME_BUNDLE: paths.runtimeBundle,
    PATH: process.env.PATH ?? "",
    ...(bwrap.path === null ? {} : { BWRAP_PATH: bwrap.path }),
    ...options.engineEnv,
  };
  const engines: EngineProcess[] = [];
  const startEngine = (env: Record<string, string> = {}) => {
    const log = join(dataDir, `engine-${engines.length}.log`);
    const out = openSync(log, "a");
    const child = spawn(process.execPath, [engineMain], { env: { ...engineEnv, ...env }, stdio: ["ignore", out, out] });
    const engine = { child, log };
    engines.push(engine);
    return engine;
  };
  for (let n = 0; n < (options.engines ?? 1); n += 1) {
    startEngine();
  }
  return {
    deps,
    api,
    demo,
    dataDir,
    repositoriesDir,
    engines,
    isSandboxed: bwrap.path !== null,
    startEngine,
    tenant: () => tenantWithAgents(deps, api.url),
    stop: async () => {
      await Promise.all(engines.map(({ child }) => ended(child, "SIGTERM")));
      await door.close();
      await api.close();
      await edge.close();
      await demo.stop();
      await deps.close();
    },
  };
}

async function tenantWithAgents(deps: Deps, url: string): Promise<TestTenant & { client: DjinnClient }> {
  const tenant = await newTenant(deps);
  for (const agentId of ["architect", "engineer", "tester"]) {
    await tenant.run("agents", "clone", { agentId });
  }
  const { key } = await tenant.run<{ key: string }>("apiKeys", "create", { name: "test" });
  return { ...tenant, client: createDjinnClient({ url, apiKey: key }) };
}

/** Ends a process and waits for its exit. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  await exit;
}

/** Last lines of what an engine logged: for the message of a failed test. */
export function tail(engine: EngineProcess, lines = 30): string {
  return readFileSync(engine.log, "utf8").split("\n").slice(-lines).join("\n");
}
