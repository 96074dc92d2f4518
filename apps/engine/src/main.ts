/** The engine's process: environment, parts, start, and a clean end on SIGTERM or SIGINT. */
import { EnvError } from "@djinnbot/config";
import { createDeps } from "@djinnbot/core";
import { createGit } from "@djinnbot/core/git";
import { checkSessionUsers } from "./agent/redis-user.ts";
import { createEngine } from "./engine.ts";
import { type EngineEnv, readEngineEnv } from "./env.ts";
import { closeInheritedDescriptors } from "./inherited-descriptors.ts";
import { startOperatorServer } from "./operator-server.ts";
import { createWorkload } from "./workload/index.ts";
import { createGitWorkspace } from "./workspace/git-workspace.ts";
import { removeLeftovers } from "./workspace/leftovers.ts";

function open(): { env: EngineEnv; deps: ReturnType<typeof createDeps> } {
  try {
    const env = readEngineEnv(process.env);
    return { env, deps: createDeps(env, { service: "engine", instance: env.instanceId }) };
  } catch (error) {
    if (error instanceof EnvError) {
      console.error(error.message);
      process.exit(1);
    }
    throw error;
  }
}

const strangeDescriptors = closeInheritedDescriptors();
const { env, deps } = open();
const { log } = deps;
if (strangeDescriptors.length > 0) {
  log.info({ descriptors: strangeDescriptors }, "closed what whoever started the engine had left open");
}
const workload = await createWorkload({ settings: env, redis: deps.redis, log });
await checkSessionUsers(deps, workload.network).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
const engine = createEngine({
  deps,
  redisUrl: env.REDIS_URL,
  workload,
  workspace: createGitWorkspace({ git: await createGit(env.DATA_DIR), dataDir: env.DATA_DIR }),
  options: {
    instanceId: env.instanceId,
    version: deps.config.version,
    apiUrl: env.apiUrl,
    workloadRedisUrl: env.workloadRedisUrl,
    maxConcurrentRuns: env.MAX_CONCURRENT_RUNS,
    limits: {
      memoryMb: env.WORKLOAD_MEMORY_MB,
      cpus: env.WORKLOAD_CPUS,
      pids: env.WORKLOAD_PIDS,
      diskMb: env.WORKLOAD_DISK_MB,
    },
  },
});
const server = await startOperatorServer({
  deps,
  engine,
  port: env.ENGINE_HEALTH_PORT,
  host: env.ENGINE_HEALTH_HOST,
});
engine.start();
removeLeftovers(env.DATA_DIR).then(
  (count) => count > 0 && log.info({ count }, "removed working copies that a killed engine left unfinished"),
  (error: Error) => log.warn({ err: error.message }, "looking for unfinished working copies failed"),
);
log.info({ url: server.url, mode: env.DEPLOYMENT_MODE }, "engine started");

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) {
    return;
  }
  stopping = true;
  log.info({ signal }, "draining: runs are handed over, workloads go on");
  // Whatever happens, the process is gone in 30 s: others take over what it held.
  setTimeout(() => process.exit(1), 29_000).unref();
  await engine.drain();
  await server.close();
  await deps.close();
  log.info("engine stopped");
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
process.on("unhandledRejection", (error) =>
  log.error({ err: String(error) }, "a promise was rejected and nobody listened"),
);
