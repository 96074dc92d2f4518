/** A Postgres and a Redis that belong to one test file, which may kill them and start them again on the same data and port. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateEmpty, type TestBackends } from "@djinnbot/testing";
import { startPostgres } from "../../../../scripts/services/postgres.ts";
import { startRedis } from "../../../../scripts/services/redis.ts";
import { paths } from "../../../../scripts/start/paths.ts";

const quiet = () => undefined;

export interface OwnServers {
  backends: TestBackends;
  /** SIGINT shuts Postgres down at once, SIGQUIT crashes it. Answers when it is back. */
  restartPostgres(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** Kills Redis and starts it again without its data. */
  emptyRedis(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnServers(): Promise<OwnServers> {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-servers-"));
  // The database user (as root, not ours) has to pass through.
  chmodSync(dir, 0o755);
  const password = randomBytes(16).toString("hex");
  // Durable: a crash may lose nothing that was committed.
  const openPostgres = (port?: number) =>
    startPostgres({ dir: join(dir, "postgres"), log: quiet, password, ...(port === undefined ? {} : { port }) });
  const openRedis = (own: { port?: number; password?: string } = {}) =>
    startRedis({ dir: join(dir, "redis"), toolsDir: paths.toolsDir, log: quiet, durable: false, ...own });
  let [postgres, redis] = await Promise.all([openPostgres(), openRedis()]);
  const databases = await migrateEmpty(postgres.ownerUrl);
  return {
    backends: { ...databases, redisUrl: redis.url },
    restartPostgres: async (signal) => {
      await postgres.daemon.stop(signal, 20_000);
      postgres = await openPostgres(postgres.port);
    },
    emptyRedis: async () => {
      const { port, pid, url } = redis;
      process.kill(pid, "SIGKILL");
      await redis.stop();
      redis = await openRedis({ port, password: decodeURIComponent(new URL(url).password) });
    },
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
