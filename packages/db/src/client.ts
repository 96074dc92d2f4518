/** Connections: one pool per role and process, shared by Prisma and by raw queries on the engine's hot path. */
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { TenantClient } from "./begin.ts";
import { PrismaClient } from "./generated/client.ts";

// BIGINT columns hold epoch milliseconds and micro-dollars, both far below 2^53: raw queries get numbers.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8 && format !== "binary"
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

export interface DbOptions {
  url: string;
  /** Connections of this process. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name: string;
}

/** What the app uses: bound by row-level security, so nothing is visible outside `withTenant`. */
export interface Db {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

/** Opens a pool; connects on first use. Statements end after 30 s, idle transactions after 30 s. */
export function openDb(options: DbOptions): Db {
  const pool = new pg.Pool({
    Client: TenantClient,
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.name,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    types,
  });
  // A connection that dies is replaced on the next use, and the query it carried fails; without listeners it would end the process,
  // whether it was idle or in somebody's hands.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const adapter = new PrismaPg(pool, { disposeExternalPool: false, statementNameGenerator: statementName });
  const prisma = new PrismaClient({ adapter });
  return {
    pool,
    prisma,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Distinct texts that get a name; Prisma writes a new text for each length of a list. */
const maxNamed = 500;
const named = new Map<string, string>();

/** A statement with a name is prepared once per connection and planned no more than a few times; without a name it is `""`. */
function statementName({ sql }: { sql: string }): string {
  const known = named.get(sql);
  if (known !== undefined || named.size >= maxNamed || transactionWord.test(sql)) {
    return known ?? "";
  }
  const name = `prisma-${named.size}`;
  named.set(sql, name);
  return name;
}

const transactionWord = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET)\b/;
