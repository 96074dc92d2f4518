/** A test bed: real Postgres and Redis, tenants by registration, scripted workloads, as many engines as a test wants. */
import { randomBytes } from "node:crypto";
import { createLog, type Log } from "@djinnbot/config";
import type { RunDetail } from "@djinnbot/contracts";
import { createDeps, type Deps } from "@djinnbot/core";
import { runEvents, toEntries } from "@djinnbot/events";
import { newTenant, type TestDeps, type TestTenant, testDeps, testServiceEnv } from "@djinnbot/testing";
import { afterAll, afterEach } from "vitest";
import { createEngine, type Engine } from "../engine.ts";
import type { EngineOptions } from "../held/resources.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type TestHost, testHost, testWorkspace } from "./host.ts";
import type { Script } from "./peer.ts";

const level = process.env.TEST_LOG_LEVEL ?? "silent";
export const fast = {
  lockTtlMs: 1500,
  orphanMs: 500,
  tickMs: 300,
  resendMs: 400,
  deadlineGraceMs: 100,
  stopGraceMs: 500,
  lookupTtlMs: 20,
};

export interface Bed {
  deps: TestDeps;
  host(script: Script): TestHost;
  engine(
    host: TestHost,
    options?: Partial<EngineOptions> & { log?: Log; workspace?: Workspace },
  ): Engine & { deps: Deps; instanceId: string };
  tenant(agents?: string[]): Promise<TestTenant>;
  start(tenant: TestTenant, yaml: string, input?: object): Promise<string>;
  ended(tenant: TestTenant, runId: string): Promise<RunDetail>;
  events(tenant: TestTenant, runId: string): Promise<Record<string, unknown>[]>;
}

export async function testBed(): Promise<Bed> {
  const deps = await testDeps();
  const { authSecretKey, secretEncryptionKey, serviceToken, dataDir } = deps.config;
  const secrets = {
    AUTH_SECRET_KEY: authSecretKey,
    SECRET_ENCRYPTION_KEY: secretEncryptionKey,
    SERVICE_TOKEN: serviceToken,
  };
  const cleanups: (() => Promise<unknown> | unknown)[] = [];
  const clean = async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) {
      await cleanup();
    }
  };
  afterEach(clean);
  afterAll(clean);
  await offerModel(deps);
  const log = createLog({ service: "test", instance: "bed", level });

  return {
    deps,
    host: (script) => {
      const host = testHost({ script, log });
      cleanups.push(() => host.stopAll());
      return host;
    },
    engine: (host, { log: ownLog, workspace = testWorkspace(), ...options } = {}) => {
      const instanceId = `engine-${randomBytes(4).toString("hex")}`;
      const env = { ...testServiceEnv(deps.backends, { dataDir }), ...secrets };
      const own = createDeps(env, {
        service: "engine",
        instance: instanceId,
        log: ownLog ?? createLog({ service: "engine", instance: instanceId, level }),
        dbConnections: 8,
      });
      const { redisUrl } = deps.backends;
      const engine = createEngine({
        deps: own,
        redisUrl,
        workload: host.workload,
        workspace,
        options: {
          ...fast,
          instanceId,
          version: "test",
          apiUrl: "http://127.0.0.1:1",
          workloadRedisUrl: redisUrl,
          ...options,
        },
      });
      engine.start();
      let over = false;
      cleanups.push(async () => {
        if (!over) {
          await engine.drain();
          await own.close();
        }
      });
      const halt = () => {
        over = true;
        engine.halt();
        void own.close();
      };
      return { ...engine, halt, deps: own, instanceId };
    },
    tenant: async (agents = ["finn", "yuki"]) => {
      const tenant = await newTenant(deps);
      for (const slug of agents) {
        await tenant.services.agents.create({ name: slug, slug });
      }
      return tenant;
    },
    start: async (tenant, yaml, input) => {
      const id = `p-${randomBytes(5).toString("hex")}`;
      await tenant.services.pipelines.create({ pipelineId: id, yamlContent: yaml.replace("PIPELINE", id) } as never);
      const run = await tenant.services.runs.create({ pipelineId: id, task: "Do it well.", ...input });
      return run.id;
    },
    ended: (tenant, runId) =>
      until(async () => {
        const run = await tenant.services.runs.get({ runId });
        return ["completed", "failed", "cancelled"].includes(run.status) ? run : null;
      }),
    events: async (tenant, runId) => {
      const raw = await deps.redis.xrange(runEvents.key({ tenantId: tenant.tenantId, runId }), "-", "+");
      return toEntries(raw as [string, string[]][]).map((entry) => JSON.parse(entry.data));
    },
  };
}

/** Waits for something that must come; the test's own time limit is the only one. */
export async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A platform provider, as the installation registers its demo model. */
async function offerModel(deps: Deps): Promise<void> {
  await deps.system.pool.query(
    `INSERT INTO model_providers (id, tenant_id, provider_id, name, wire, base_url, enabled, is_demo, created_at, updated_at)
     VALUES ('mpr_demotest01', NULL, 'demo', 'Demo', 'openai-compatible', 'http://127.0.0.1:1/v1', true, true, 1, 1)
     ON CONFLICT DO NOTHING`,
  );
}
