/** What the installation says about itself: reachability for everybody, counts for who is signed in. */
import { type OutputOf, openRunStatuses, type system } from "@djinnbot/contracts";
import { withTenantSql } from "@djinnbot/db";
import { systemKeys } from "@djinnbot/events";
import type { Deps, PublicVerbArgs } from "../ctx.ts";
import { redisOr } from "../limits/redis-first.ts";
import { doorProblem } from "./door.ts";

type Args = PublicVerbArgs<typeof system.status>;
type Status = OutputOf<typeof system.status>;
interface Engines {
  count: number;
  version: string | null;
  /** How workloads are contained; without a live engine, how they last were. */
  workload: Record<string, string>;
}

/** An engine counts while its last heartbeat is at most this old; it sends one every second. */
const freshMs = 8_000;
const patienceMs = 1000;

/** Never fails: what does not answer within a second is reported as away. Counts are null for strangers. */
export async function systemStatus({ ctx }: Args): Promise<Status> {
  const { deps } = ctx;
  const [redisConnected, engines, platform, door, counts] = await Promise.all([
    redisOr(deps, async (redis) => (await redis.ping()) === "PONG", false),
    readEngines(deps, ctx.now()),
    within(readDemoModel(deps)),
    doorProblem(deps.config.dataDir),
    ctx.tenantId === null || ctx.actor.kind === "anonymous" ? null : within(readCounts(deps, ctx.tenantId)),
  ]);
  const databaseConnected = platform !== null;
  const { backend, sandbox, network } = engines.workload;
  return {
    status: databaseConnected && redisConnected && engines.count > 0 && door === null ? "ok" : "degraded",
    version: deps.config.version,
    engineVersion: engines.version,
    redisConnected,
    databaseConnected,
    engines: engines.count,
    door: { served: door === null, problem: door },
    storage: { juicefsMounted: false, rustfsHealthy: false, dataPath: null, juicefsVolume: null },
    workload: {
      backend: oneOf(backends, backend),
      sandbox: oneOf(sandboxes, sandbox),
      network: oneOf(networks, network),
    },
    demoModel: platform?.demo ?? false,
    activeRuns: counts?.runs ?? null,
    totalPipelines: counts?.pipelines ?? null,
    totalAgents: counts?.agents ?? null,
    github: { configured: false, healthy: false },
  };
}

const backends = ["process", "docker", "kubernetes"] as const;
const networks = ["door", "open"] as const;
const sandboxes = ["bubblewrap", "container", "pod", "none"] as const;
function oneOf<T extends string>(known: readonly T[], text: string | undefined): T | null {
  return known.find((item) => item === text) ?? null;
}

/** Null when it fails or takes longer than a second. */
async function within<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readEngines(deps: Deps, now: number): Promise<Engines> {
  const none: Engines = { count: 0, version: null, workload: {} };
  return redisOr(
    deps,
    async (redis) => {
      const ids = await redis.zrangebyscore(systemKeys.instances, now - freshMs, "+inf");
      const last = ids.at(-1);
      const seen = last === undefined ? {} : await redis.hgetall(systemKeys.instance(last));
      // A missing sandbox stays missing when its engine dies: what the last engine said holds until another one says otherwise.
      const workload = seen.sandbox === undefined ? await redis.hgetall(systemKeys.lastWorkload) : seen;
      return { count: ids.length, version: seen.version ?? null, workload };
    },
    none,
  );
}

/** Without a tenant row-level security shows the platform's rows only. */
async function readDemoModel(deps: Deps): Promise<{ demo: boolean }> {
  const { rows } = await deps.db.pool.query<{ demo: boolean }>(
    "SELECT EXISTS (SELECT 1 FROM model_providers WHERE tenant_id IS NULL AND is_demo AND enabled) AS demo",
  );
  return { demo: rows[0]?.demo ?? false };
}

async function readCounts(deps: Deps, tenantId: string): Promise<{ runs: number; pipelines: number; agents: number }> {
  return withTenantSql(deps.db, tenantId, async (sql) => {
    const { rows } = await sql.query<{ runs: number; pipelines: number; agents: number }>(
      `SELECT (SELECT count(*)::int FROM runs WHERE tenant_id = $1 AND status = ANY($2)) AS runs,
              (SELECT count(*)::int FROM pipelines) AS pipelines,
              (SELECT count(*)::int FROM agents WHERE tenant_id = $1 AND status = 'active') AS agents`,
      [tenantId, [...openRunStatuses]],
    );
    return rows[0] ?? { runs: 0, pipelines: 0, agents: 0 };
  });
}
