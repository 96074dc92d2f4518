/** Connections: one pool per role and process, shared by Prisma and by raw queries on the engine's hot path. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { beginWithTenant } from "./begin.ts";
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
  /** A statement that takes longer (ms) is ended by Postgres; 30 s. */
  statementTimeoutMs?: number;
  /** Silence (ms) after which a connection that waits for an answer is given up; 5 s more than a statement may take. */
  silenceMs?: number;
}

/** What the app uses: bound by row-level security, so nothing is visible outside `withTenant`. */
export interface Db {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /**
   * The tenant whose transaction Prisma is about to begin; `withTenant` sets it around the call. It belongs to the connections, not to
   * a module: bundlers make several copies of modules, and one would not hear what another says.
   */
  readonly beginning: AsyncLocalStorage<string>;
  close(): Promise<void>;
}

const usualStatementMs = 30_000;
/** This much longer than a statement may take without any answer, and the line itself is broken. */
const graceMs = 5000;

interface Wire {
  readyForQuery?: boolean;
  connection?: { stream?: Socket };
}

/**
 * Ends half-open connections: where one waits for an answer and nothing comes. Postgres' own limits cannot help there, and a pool
 * would keep its place for ever. The idle ones go with it: they are the same line, and each would cost the next caller as long again.
 */
function dropWhenSilent(pool: pg.Pool, ms: number): void {
  const wires = new Set<Wire>();
  pool.on("connect", (client) => {
    const wire = client as unknown as Wire;
    const socket = wire.connection?.stream;
    wires.add(wire);
    client.once("end", () => wires.delete(wire));
    socket?.setTimeout(ms, () => {
      if (wire.readyForQuery === false) {
        const silent = new Error(`the connection to Postgres timed out: no answer for ${ms / 1000} s`);
        socket.destroy(silent);
        for (const other of wires) {
          if (other.readyForQuery === true) {
            other.connection?.stream?.destroy(silent);
          }
        }
      }
    });
  });
}

/** Opens a pool; connects on first use. Statements and idle transactions end after 30 s, silent connections a little later. */
export function openDb(options: DbOptions): Db {
  const { statementTimeoutMs = usualStatementMs } = options;
  const beginning = new AsyncLocalStorage<string>();
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.name,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: usualStatementMs,
    types,
  });
  // A connection that dies is replaced on the next use, and the query it carried fails; without listeners it would end the process,
  // whether it was idle or in somebody's hands.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    beginWithTenant(client, beginning);
  });
  dropWhenSilent(pool, options.silenceMs ?? statementTimeoutMs + graceMs);
  const adapter = new PrismaPg(pool, { disposeExternalPool: false, statementNameGenerator: statementName });
  const prisma = new PrismaClient({ adapter });
  return {
    pool,
    prisma,
    beginning,
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
