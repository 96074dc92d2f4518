/** The composition of a process: database, Redis and settings from its environment, so that apps never name Prisma. */
import { createLog, type Log, type serviceEnvShape } from "@djinnbot/config";
import { openDb } from "@djinnbot/db";
import { openSystemDb } from "@djinnbot/db/system";
import { createRedis } from "@djinnbot/events";
import type { z } from "zod";
import type { Deps } from "./ctx.ts";
import { PrivateHosts } from "./egress/rules.ts";
import { version } from "./version.ts";

export type ServiceEnv = z.output<z.ZodObject<typeof serviceEnvShape>>;

/** Opens pools lazily; `close` ends them. Throws an EnvError for what a schema alone does not see. */
export function createDeps(
  env: ServiceEnv,
  options: { service: string; instance: string; log?: Log; dbConnections?: number },
): Deps & { close: () => Promise<void> } {
  // Web and engine start with the same list or not at all, whichever of them uses it.
  new PrivateHosts(env.EGRESS_PRIVATE_HOSTS);
  const log = options.log ?? createLog({ service: options.service, instance: options.instance, level: env.LOG_LEVEL });
  const limits = { statementTimeoutMs: env.DATABASE_TIMEOUT_SEC * 1000 };
  const { service, dbConnections = 20 } = options;
  const db = openDb({ ...limits, url: env.APP_DATABASE_URL, name: service, max: dbConnections });
  const system = openSystemDb({ ...limits, url: env.SYSTEM_DATABASE_URL, name: `${service}-system` });
  const redis = createRedis(env.REDIS_URL, { log, name: options.service });
  return {
    db,
    system,
    redis,
    log,
    config: {
      version,
      dataDir: env.DATA_DIR,
      publicUrl: env.PUBLIC_URL,
      authSecretKey: env.AUTH_SECRET_KEY,
      secretEncryptionKey: env.SECRET_ENCRYPTION_KEY,
      serviceToken: env.SERVICE_TOKEN,
      allowedRepositoryDirs: env.ALLOWED_REPOSITORY_DIRS,
      allowPrivateAddresses: env.ALLOW_PRIVATE_ADDRESSES,
      redisSessionUsers: env.REDIS_SESSION_USERS,
      egressPrivateHosts: env.EGRESS_PRIVATE_HOSTS,
    },
    close: async () => {
      redis.disconnect();
      await Promise.all([db.close(), system.close()]);
    },
  };
}
