/** Brings a database to the current schema: roles, migrations, privileges. Safe to run from several replicas at once. */
import pg from "pg";
import { applyMigrations } from "./schema-engine.ts";

export interface MigrateOptions {
  /** A role that may create roles and tables (the database's owner). */
  ownerUrl: string;
  /** Passwords to set for djinnbot_app and djinnbot_system. */
  appPassword: string;
  systemPassword: string;
  log?: (line: string) => void;
}

/** Any 64-bit number that nobody else uses: replicas that start together take turns. */
const advisoryLock = 7_203_441_882;

/** Answers the names of the migrations that were applied now. Throws what Postgres says when the owner role may not do it. */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [advisoryLock]);
    await ensureRole(client, "djinnbot_app", options.appPassword);
    await ensureRole(client, "djinnbot_system", options.systemPassword);
    const database = (await client.query<{ name: string }>("SELECT current_database() AS name")).rows[0]?.name ?? "";
    await client.query(
      `GRANT CONNECT ON DATABASE ${client.escapeIdentifier(database)} TO djinnbot_app, djinnbot_system`,
    );
    const applied = await applyMigrations(options.ownerUrl);
    for (const name of applied) {
      options.log?.(`applied ${name}`);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

async function ensureRole(
  client: pg.Client,
  role: "djinnbot_app" | "djinnbot_system",
  password: string,
): Promise<void> {
  const found = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  const verb = found.rowCount === 0 ? "CREATE" : "ALTER";
  await client.query(
    `${verb} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD ${client.escapeLiteral(password)}`,
  );
}

/** The owner's URL with another user and password. */
export function urlAs(ownerUrl: string, role: "djinnbot_app" | "djinnbot_system", password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}
