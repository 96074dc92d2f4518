/** What somebody could do who has got hold of a workload's own key and Redis user, from wherever they are. */

import { runKeyOf } from "@djinnbot/core";
import { redisUserPassword } from "@djinnbot/core/egress";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import {
  globalEvents,
  runCommands,
  runEvents,
  runStatus,
  tenantEvents,
  tenantKeys,
  workloadUser,
} from "@djinnbot/events";
import type { TestBackends } from "@djinnbot/testing";
import { Redis } from "ioredis";
import { workloadRedisUrl } from "../workload/redis-user.ts";
import type { Platform } from "./platform.ts";

interface Address {
  tenantId: string;
  runId: string;
}
interface Stolen extends Address {
  sessionId: string;
  /** A key like the one that the workload has: the same scopes, run and session. */
  key: string;
  password: string;
}

/** Waits for the run's session and makes copies of what its workload has been given. */
export async function steal(platform: Platform, run: Address): Promise<Stolen> {
  const { deps } = platform;
  for (;;) {
    const { rows } = await deps.system.pool.query<{ id: string; agentId: string }>(
      `SELECT id, agent_id AS "agentId" FROM sessions WHERE source_id = $1 AND status = 'running'`,
      [run.runId],
    );
    const [session] = rows;
    if (session) {
      const { id: sessionId, agentId } = session;
      const { key, statement } = runKeyOf({ ...run, sessionId, agentId, expiresAt: Date.now() + 60_000 });
      await tenantPipeline(deps.db, run.tenantId, [statement]);
      return { ...run, sessionId, key, password: redisUserPassword(deps.config.authSecretKey, sessionId) };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function statusAt(platform: Platform, key: string, method: string, path: string): Promise<number> {
  const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(`${platform.api.url}${path}`, { method, headers, ...body });
  await answer.body?.cancel();
  return answer.status;
}

/** Calls that were not refused. */
export async function useAtApi(
  platform: Platform,
  { key, runId, victim }: Stolen & { victim: Address },
): Promise<string[]> {
  const calls = [
    ...["/v1/runs/", `/v1/runs/${victim.runId}`, `/v1/runs/${victim.runId}/logs`, `/v1/events/stream/${victim.runId}`],
    ...[
      "/v1/events/stream",
      "/v1/agents/",
      "/v1/settings/",
      "/v1/settings/providers",
      "/v1/api-keys/",
      "/v1/tenants/me",
    ],
    ...[
      "/v1/pipelines/",
      "/v1/budgets/",
      "/v1/llm-calls/",
      `/v1/workspaces/${victim.runId}`,
      "/v1/internal/swarms",
      "/metrics",
    ],
  ].map((path): [string, string] => ["GET", path]);
  const changes: [string, string][] = [
    ...["/v1/runs/", "/v1/agents/", "/v1/api-keys/", "/v1/pipelines/"].map((path): [string, string] => ["POST", path]),
    ...[runId, victim.runId].map((id): [string, string] => ["POST", `/v1/runs/${id}/cancel`]),
    ["DELETE", `/v1/runs/${victim.runId}`],
    ["PUT", "/v1/settings/"],
  ];
  const open: string[] = [];
  for (const [method, path] of [...calls, ...changes]) {
    const status = await statusAt(platform, key, method, path);
    if (![401, 403, 404, 405].includes(status)) {
      open.push(`${method} ${path}: ${status}`);
    }
  }
  return open;
}

/** Commands that were not refused. */
export async function useAtRedis(
  backends: TestBackends,
  { sessionId, password, victim, ...own }: Stolen & { victim: Address },
) {
  const redis = new Redis(workloadRedisUrl(backends.redisUrl, { user: workloadUser(sessionId), password }), {
    enableReadyCheck: false,
    maxRetriesPerRequest: 1,
  });
  redis.on("error", () => undefined);
  const data = ["*", "data", "{}"];
  const streams = [runEvents.key(victim), runStatus.key(victim), runCommands.key(victim), tenantEvents.key(victim)];
  const commands: string[][] = [
    ...["KEYS *", "SCAN 0", "RANDOMKEY", "DBSIZE", "INFO", "CONFIG GET *", "ACL LIST", "ACL WHOAMI", "CLIENT LIST"],
    ...[
      "FLUSHALL",
      "FLUSHDB",
      "SHUTDOWN NOSAVE",
      "DEBUG SLEEP 0",
      "MONITOR",
      "SUBSCRIBE x",
      "PSUBSCRIBE *",
      "PUBLISH x y",
    ],
    ...[
      "SWAPDB 0 1",
      "SCRIPT FLUSH",
      "FUNCTION LIST",
      "MODULE LIST",
      "REPLICAOF no one",
      "SAVE",
      "CLUSTER INFO",
      "WAIT 0 1",
    ],
  ].map((line) => line.split(" "));
  commands.push(
    ["EVAL", "return redis.call('KEYS', '*')", "0"],
    ...streams.flatMap((key) => [
      ["XREAD", "STREAMS", key, "0"],
      ["XADD", key, ...data],
      ["DEL", key],
      ["TYPE", key],
    ]),
    ["XADD", globalEvents.key({}), ...data],
    ["XREAD", "STREAMS", globalEvents.key({}), "0"],
    ["XADD", tenantEvents.key(own), ...data],
    // Its own: it may read commands and append answers, and neither forge the ones nor take back the others.
    ["XADD", runCommands.key(own), ...data],
    ["XREAD", "STREAMS", runStatus.key(own), "0"],
    ["XTRIM", runStatus.key(own), "MAXLEN", "0"],
    ["DEL", runEvents.key(own)],
    ["SET", tenantKeys.idempotency(own.tenantId, "x", "y"), "1"],
  );
  const open: string[] = [];
  for (const [name = "", ...args] of commands) {
    const refused = await redis.call(name, ...args).then(
      () => false,
      (error: Error) => /NOPERM|unknown command|not allowed/i.test(error.message),
    );
    if (!refused) {
      open.push([name, ...args].join(" "));
    }
  }
  redis.disconnect();
  return open;
}
