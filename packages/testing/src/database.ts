/** A database and a Redis number of its own for each test file, on the real servers of the run. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeps, type Deps } from "@djinnbot/core";
import { migrate, urlAs } from "@djinnbot/db/migrate";
import pg from "pg";
import { afterAll, inject } from "vitest";
import type { TestServices } from "./provided.ts";

export interface TestBackends {
  ownerUrl: string;
  appUrl: string;
  systemUrl: string;
  redisUrl: string;
}

/** Clones the migrated template; dropped when the file's tests are over. */
export async function testBackends(services: TestServices = inject("services")): Promise<TestBackends> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asOwner(services.ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${services.templateDatabase}`);
  afterAll(() => asOwner(services.ownerUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  const owner = new URL(services.ownerUrl);
  owner.pathname = `/${name}`;
  const redis = new URL(services.redisUrl);
  // Each file runs in a worker of its own; numbers above 255 do not exist.
  redis.pathname = `/${(Number(process.env.VITEST_WORKER_ID ?? "1") % 255) + 1}`;
  return {
    ownerUrl: owner.href,
    appUrl: urlAs(owner.href, "djinnbot_app", services.appPassword),
    systemUrl: urlAs(owner.href, "djinnbot_system", services.systemPassword),
    redisUrl: redis.href,
  };
}

/** Two files may clone at once; Postgres allows one copy of a template at a time, so wait and try again. */
async function asOwner(ownerUrl: string, sql: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    try {
      await client.query(sql);
      return;
    } catch (error) {
      if (tries >= 50 || (error as { code?: string }).code !== "55006") {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end();
    }
  }
}

/** Makes an empty server ours: tables, and both roles with passwords of their own. */
export async function migrateEmpty(ownerUrl: string): Promise<Omit<TestBackends, "redisUrl">> {
  const roles = { appPassword: randomBytes(16).toString("hex"), systemPassword: randomBytes(16).toString("hex") };
  await migrate({ ownerUrl, ...roles });
  return {
    ownerUrl,
    appUrl: urlAs(ownerUrl, "djinnbot_app", roles.appPassword),
    systemUrl: urlAs(ownerUrl, "djinnbot_system", roles.systemPassword),
  };
}

/** The environment of a service on these backends, as `npm start` would set it. */
export function testServiceEnv(
  backends: TestBackends,
  extra: { dataDir: string; logLevel?: "silent" | "info" | "debug" },
) {
  return {
    NODE_ENV: "test" as const,
    LOG_LEVEL: extra.logLevel ?? ("silent" as const),
    APP_DATABASE_URL: backends.appUrl,
    SYSTEM_DATABASE_URL: backends.systemUrl,
    DATABASE_TIMEOUT_SEC: 30,
    REDIS_URL: backends.redisUrl,
    REDIS_SESSION_USERS: "acl" as "acl" | "relay",
    DATA_DIR: extra.dataDir,
    AUTH_SECRET_KEY: randomBytes(32).toString("base64url"),
    SECRET_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SERVICE_TOKEN: randomBytes(32).toString("base64url"),
    NEXTAUTH_SECRET: randomBytes(32).toString("base64url"),
    PUBLIC_URL: "http://127.0.0.1:3000",
    ALLOWED_REPOSITORY_DIRS: [] as string[],
    DEMO_MODEL_URL: undefined,
    DEMO_MODEL_KEY: undefined,
    ALLOW_PRIVATE_ADDRESSES: true,
    EGRESS_PRIVATE_HOSTS: [] as string[],
  };
}

export type TestDeps = Deps & { backends: TestBackends; close: () => Promise<void> };

/** Dependencies of verbs on fresh backends; closed when the file's tests are over, unless the test did. */
export async function testDeps(
  options: { dataDir?: string; logLevel?: "silent" | "info" | "debug" } = {},
): Promise<TestDeps> {
  const backends = await testBackends();
  const dataDir = options.dataDir ?? join(tmpdir(), `djinnbot-test-${randomBytes(6).toString("hex")}`);
  const deps = createDeps(testServiceEnv(backends, { ...options, dataDir }), {
    service: "test",
    instance: "test",
    dbConnections: 5,
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= deps.close();
    return closed;
  };
  afterAll(async () => {
    await close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { ...deps, backends, close };
}
