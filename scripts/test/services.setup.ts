// Starts PostgreSQL and Redis for a test run, migrates one template database, and stops both at the end.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import type { TestProject } from "vitest/node";
import type { TestServices } from "../../packages/testing/src/provided.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { ensureBuilt } from "../start/build.ts";
import { paths } from "../start/paths.ts";
import { report } from "./report.ts";

const templateDatabase = "djinnbot_template";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => project.vitest.logger.log(line);
  await ensureBuilt(["database"], { log });
  const { services, stop } = await startTestServices(log);
  project.provide("services", services);
  return async () => {
    const { keys, foreign } = await scanKeys(services.redisUrl).finally(stop);
    await report("redis-keys.json", { keys, foreign });
    if (foreign.length === 0) return;
    log(`Redis holds keys that packages/events/src/keys.ts does not know: ${foreign.slice(0, 10).join(", ")}`);
    process.exitCode = 1;
  };
}

/** Servers in a temporary folder, with the template database ready. Also used by the bench and the browser tests. */
export async function startTestServices(
  log: (line: string) => void,
): Promise<{ services: TestServices; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "djinnbot-test-"));
  // The database user (as root, not ours) has to pass through.
  await chmod(dir, 0o755);
  const stops: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of stops.toReversed()) await step();
  };
  try {
    const postgres = await startPostgres({ dir: join(dir, "postgres"), log, durable: false });
    stops.push(postgres.stop);
    const redis = await startRedis({ dir: join(dir, "redis"), toolsDir: paths.toolsDir, log, durable: false });
    stops.push(redis.stop);
    const [appPassword, systemPassword] = [randomPassword(), randomPassword()];
    await createTemplate({ ownerUrl: postgres.ownerUrl, appPassword, systemPassword, log });
    const services = {
      ownerUrl: postgres.ownerUrl,
      templateDatabase,
      appPassword,
      systemPassword,
      redisUrl: redis.url,
    };
    return { services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface TemplateOptions {
  ownerUrl: string;
  appPassword: string;
  systemPassword: string;
  log: (line: string) => void;
}

async function createTemplate({ ownerUrl, ...rest }: TemplateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${templateDatabase}`);
  await client.end();
  const url = new URL(ownerUrl);
  url.pathname = `/${templateDatabase}`;
  if (!existsSync(join(paths.root, "packages/db/src/migrate.ts")))
    return rest.log("no migrations yet: the template database is empty");
  const { migrate } = await import("@djinnbot/db/migrate");
  await migrate({ ownerUrl: url.href, ...rest });
}

/** Every key in every numbered database; tests may leave only keys that the product's key table knows. */
async function scanKeys(redisUrl: string): Promise<{ keys: number; foreign: string[] }> {
  const { isKnownKey } = await import("../../packages/events/src/keys.ts");
  const redis = new Redis(redisUrl);
  const foreign: string[] = [];
  let keys = 0;
  try {
    for (const [, number] of (await redis.info("keyspace")).matchAll(/^db(\d+):/gm)) {
      await redis.select(Number(number));
      for await (const batch of redis.scanStream({ count: 1_000 })) {
        keys += batch.length;
        foreign.push(...batch.filter((key: string) => !isKnownKey(key)));
      }
    }
  } finally {
    redis.disconnect();
  }
  return { keys, foreign };
}

function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}
