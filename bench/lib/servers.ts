// Postgres and Redis of the bench, with the durable settings that the product starts with: fsync, synchronous commit, append-only file.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeps, type Deps } from "@djinnbot/core";
import { migrate, urlAs } from "@djinnbot/db/migrate";
import { Redis } from "ioredis";
import pg from "pg";
import { newTenant, type TestTenant } from "../../packages/testing/src/tenants.ts";
import { startPostgres } from "../../scripts/services/postgres.ts";
import { startRedis } from "../../scripts/services/redis.ts";
import { ensureBuilt } from "../../scripts/start/build.ts";
import { paths } from "../../scripts/start/paths.ts";
import { stopWithPart } from "./attempt.ts";

/** Environment of a service on these servers; every process of one measurement gets the same. */
export type ServiceSettings = Parameters<typeof createDeps>[0];

export interface Backends {
  /** Folder for everything else that is temporary. */
  dir: string;
  versions: { postgres: string; redis: string };
  /** Creates an empty database and answers the owner's URL. */
  emptyDatabase(name: string): Promise<string>;
  /** A migrated database with its own Redis number, ready for services. */
  installation(name: string): Promise<Installation>;
  /** A copy of an installation's database in which row-level security is off. */
  copyWithoutRls(source: Installation, name: string): Promise<Installation>;
  redisUrl: string;
  stop(): Promise<void>;
}
export interface Installation {
  ownerUrl: string;
  redisUrl: string;
  settings: ServiceSettings;
  database: string;
}

/** Starts both in a temporary folder; `stop` removes it. */
export async function startBackends(log: (line: string) => void): Promise<Backends> {
  await ensureBuilt(["database"], { log });
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-bench-"));
  // The database user (as root, not ours) has to pass through.
  chmodSync(dir, 0o755);
  const postgres = await startPostgres({ dir: join(dir, "postgres"), log, durable: true });
  const redis = await startRedis({ dir: join(dir, "redis"), toolsDir: paths.toolsDir, log, durable: true });
  const secret = () => randomBytes(32).toString("base64url");
  const [appPassword, systemPassword] = [secret(), secret()];
  const secrets = {
    AUTH_SECRET_KEY: secret(),
    SECRET_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SERVICE_TOKEN: secret(),
    NEXTAUTH_SECRET: secret(),
  };
  let redisNumber = 0;
  const asOwner = <T>(use: (client: pg.Client) => Promise<T>) => withClient(postgres.ownerUrl, use);
  const urlOf = (name: string) => Object.assign(new URL(postgres.ownerUrl), { pathname: `/${name}` }).href;
  const installationOf = (database: string): Installation => {
    redisNumber += 1;
    const redisUrl = `${redis.url}/${redisNumber}`;
    const ownerUrl = urlOf(database);
    const settings: ServiceSettings = {
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      DATABASE_TIMEOUT_SEC: 30,
      APP_DATABASE_URL: urlAs(ownerUrl, "djinnbot_app", appPassword),
      SYSTEM_DATABASE_URL: urlAs(ownerUrl, "djinnbot_system", systemPassword),
      REDIS_URL: redisUrl,
      DATA_DIR: join(dir, "data"),
      ...secrets,
      PUBLIC_URL: "http://127.0.0.1:3000",
      ALLOWED_REPOSITORY_DIRS: [],
      DEMO_MODEL_URL: undefined,
      DEMO_MODEL_KEY: undefined,
      ALLOW_PRIVATE_ADDRESSES: true,
      EGRESS_PRIVATE_HOSTS: [],
      REDIS_SESSION_USERS: "acl",
    };
    return { ownerUrl, redisUrl, settings, database };
  };
  return {
    dir,
    redisUrl: redis.url,
    versions: await versionsOf(postgres.ownerUrl, redis.url),
    emptyDatabase: async (name) => {
      await asOwner((client) => client.query(`CREATE DATABASE ${name}`));
      return urlOf(name);
    },
    installation: async (name) => {
      await asOwner((client) => client.query(`CREATE DATABASE ${name}`));
      const made = installationOf(name);
      await migrate({ ownerUrl: made.ownerUrl, appPassword, systemPassword });
      return made;
    },
    copyWithoutRls: async (source, name) => {
      await asOwner((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${source.database}`));
      const made = installationOf(name);
      await withClient(made.ownerUrl, disableRls);
      return made;
    },
    stop: async () => {
      await redis.stop();
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs `use` on one connection of its own. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks is told by the query it carries; without a listener it would end the bench.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Dependencies of verbs in this process. */
export function openDeps({ settings }: Installation): Deps & { close: () => Promise<void> } {
  const deps = createDeps(settings, { service: "bench", instance: "bench" });
  stopWithPart(() => deps.close());
  return deps;
}

/** A tenant by registration, on an installation without request limits of its own. */
export const registerTenant = (deps: Deps): Promise<TestTenant> => newTenant(deps, "Bench");

async function disableRls(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')",
  );
  for (const { name } of rows) {
    await client.query(
      `ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY; ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY`,
    );
  }
}

async function versionsOf(ownerUrl: string, redisUrl: string): Promise<Backends["versions"]> {
  const postgres = await withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<Record<string, string>>(
      "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
    );
    return `${rows[0]?.version} (fsync ${rows[0]?.fsync}, synchronous_commit ${rows[0]?.commit})`;
  });
  const redis = new Redis(redisUrl);
  const info = await redis.info("server");
  redis.disconnect();
  return { postgres, redis: `${/redis_version:(\S+)/.exec(info)?.[1] ?? "?"} (append-only file, fsync every second)` };
}
