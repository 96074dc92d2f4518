/** The engine's environment. */
import { hostname } from "node:os";
import { loadEnv, serviceEnvShape } from "@djinnbot/config";
import { z } from "zod";

const EngineEnv = z.object({
  ...serviceEnvShape,
  /** Tells replicas apart; made up when unset. */
  ENGINE_INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
  /** Port for health and metrics; loopback unless ENGINE_HEALTH_HOST says otherwise. */
  ENGINE_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  ENGINE_HEALTH_HOST: z.string().default("127.0.0.1"),
  DEPLOYMENT_MODE: z.enum(["process", "docker"]).default("process"),
  BWRAP_PATH: z.string().optional(),
  RUNTIME_BUNDLE: z.string().optional(),
  RUNTIME_IMAGE: z.string().optional(),
  DOCKER_HOST: z.string().optional(),
  /** `bridge` gives containers a network of their tenant, from which nothing is kept away; left out: none but the door. */
  DOCKER_NETWORK: z.enum(["none", "bridge"]).optional(),
  PATH: z.string().optional(),
  /** Runs this instance works on at once. */
  MAX_CONCURRENT_RUNS: z.coerce.number().int().min(1).max(1000).default(20),
  /** Limits of one workload. */
  WORKLOAD_MEMORY_MB: z.coerce.number().int().min(128).default(2048),
  WORKLOAD_CPUS: z.coerce.number().min(0.1).default(2),
  WORKLOAD_PIDS: z.coerce.number().int().min(16).default(512),
  WORKLOAD_DISK_MB: z.coerce.number().int().min(16).default(10_240),
  /** Address by which processes on this machine reach the API. */
  INTERNAL_URL: z.url().optional(),
  /** API and Redis as workloads reach them, where that differs from this machine's view. */
  WORKLOAD_API_URL: z.url().optional(),
  WORKLOAD_REDIS_URL: z.url().optional(),
});
export type EngineEnv = z.output<typeof EngineEnv> & { instanceId: string; apiUrl: string; workloadRedisUrl: string };

/** Throws EnvError with all problems at once. */
export function readEngineEnv(source: NodeJS.ProcessEnv): EngineEnv {
  const env = loadEnv(EngineEnv, source);
  return {
    ...env,
    instanceId:
      env.ENGINE_INSTANCE_ID ??
      `${hostname()
        .replace(/[^\w.-]/g, "-")
        .slice(0, 60)}-${process.pid}-${Date.now().toString(36)}`,
    apiUrl: env.WORKLOAD_API_URL ?? env.INTERNAL_URL ?? env.PUBLIC_URL,
    workloadRedisUrl: env.WORKLOAD_REDIS_URL ?? env.REDIS_URL,
  };
}
