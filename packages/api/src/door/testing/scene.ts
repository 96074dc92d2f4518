/** Fixture of the door's tests: a door on real backends, and steps that are at work. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doorDir, doorPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { createDeps, type Deps, runKeyOf } from "@djinnbot/core";
import { type SessionLogin, sessionLogin } from "@djinnbot/core/egress";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { runEvents } from "@djinnbot/events";
import { newTenant, type TestTenant, testDeps, testServiceEnv } from "@djinnbot/testing";
import { type Api, createApi } from "../../handler.ts";
import { type Door, openDoor } from "../index.ts";

type Env = ReturnType<typeof testServiceEnv>;

export interface Session {
  tenant: TestTenant;
  tenantId: string;
  agentId: string;
  runId: string;
  sessionId: string;
  key: string;
  proxy: SessionLogin;
  redis: SessionLogin;
}
export interface Scene {
  env: Env;
  deps: Deps;
  redisUrl: string;
  api: Api;
  paths: ReturnType<typeof doorPaths>;
  /** Opens a door, as another process of the machine would. */
  open(changes?: Partial<Deps["config"]>): Promise<Door>;
  /** A step of an agent that is at work, of a tenant of its own. */
  atWork(): Promise<Session>;
  endSession(session: Session): Promise<void>;
  close(): Promise<void>;
}

export async function openScene(changes: Partial<Env> = {}): Promise<Scene> {
  const { backends } = await testDeps();
  const dataDir = mkdtempSync(join(tmpdir(), "djinnbot-door-"));
  const env = { ...testServiceEnv(backends, { dataDir }), ...changes };
  const deps = createDeps(env, { service: "test", instance: "door" });
  const { redisUrl } = backends;
  const api = createApi({ deps, config: { redisUrl, opensDoor: true } });
  return {
    env,
    deps,
    redisUrl,
    api,
    paths: doorPaths(doorDir(dataDir)),
    open: (config = {}) =>
      openDoor({ deps: { ...deps, config: { ...deps.config, ...config } }, fetch: api.fetch, redisUrl, rulesMs: 100 }),
    atWork: () => atWork(deps),
    endSession: async ({ tenantId, sessionId }) => {
      const text = "UPDATE sessions SET status = 'completed' WHERE id = $1";
      await tenantPipeline(deps.db, tenantId, [{ text, values: [sessionId] }]);
    },
    close: async () => {
      await api.close();
      await deps.close();
    },
  };
}

async function atWork(deps: Deps): Promise<Session> {
  const tenant = await newTenant(deps);
  const { tenantId } = tenant;
  const { id: agentId } = await tenant.services.agents.create({ name: "Ada", slug: "ada" });
  const [runId, sessionId] = [newId("run"), newId("session")];
  const { key, statement } = runKeyOf({ runId, sessionId, agentId, expiresAt: Date.now() + 60_000 });
  const insert = (text: string, values: unknown[]) => ({ text, values });
  await tenantPipeline(deps.db, tenantId, [
    insert(
      "INSERT INTO runs (id, pipeline_id, pipeline_yaml, task_description, created_at, updated_at) VALUES ($1, 'p', '', 't', 1, 1)",
      [runId],
    ),
    insert(
      "INSERT INTO sessions (id, agent_id, source, source_id, status, created_at) VALUES ($1, $2, 'pipeline', $3, 'running', 1)",
      [sessionId, agentId, runId],
    ),
    insert(
      "INSERT INTO steps (id, run_id, step_id, sequence, agent_id, status, session_id) VALUES ($1, $2, 'BUILD', 1, 'ada', 'running', $3)",
      [`${runId}:1`, runId, sessionId],
    ),
    statement,
  ]);
  // A living run has a stream.
  await deps.redis.xadd(runEvents.key({ tenantId, runId }), "*", "data", "{}");
  const login = (use: "proxy" | "redis") => sessionLogin(deps.config.authSecretKey, use, { tenantId, sessionId });
  return { tenant, tenantId, agentId, runId, sessionId, key, proxy: login("proxy"), redis: login("redis") };
}
