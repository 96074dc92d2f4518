/** Prisma's own schema engine as WebAssembly: migrations without its downloaded binary. */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { explainFailure, forgetFailures } from "./failed-migration.ts";

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), "..");
const migrationsDir = join(packageRoot, "prisma", "migrations");
const schemaDir = join(packageRoot, "prisma", "schema");
const noFilters = { externalTables: [], externalEnums: [] };
/** A migration that waits for a table makes all other queries of that table wait behind it. */
const lockTimeoutMs = 10_000;

type Migrations = {
  baseDir: string;
  lockfile: { path: string; content: string | null };
  shadowDbInitScript: string;
  migrationDirectories: { path: string; migrationFile: { path: string; content: { tag: "ok"; value: string } } }[];
};

/** The part of the engine that we call (its package ships no usable types for the bare module). */
interface Engine {
  applyMigrations(input: object): Promise<{ appliedMigrationNames: string[] }>;
  diff(input: object): Promise<{ exitCode: number; stdout: string | null }>;
  free(): void;
}
interface EngineModule {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  SchemaEngine: { new: (options: object, log: (text: string) => void, adapter: object) => Promise<Engine> };
}

async function loadModule(): Promise<EngineModule> {
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const glue = (await import(pathToFileURL(entry).href)) as EngineModule & WebAssembly.ModuleImports;
  const bytes = await readFile(join(dirname(entry), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}

/**
 * The engine's glue code is one per process and holds the state of one engine: it is loaded once and its users take turns, also when
 * this file itself was loaded twice (a test runner's projects do that).
 */
interface Shared {
  loaded?: Promise<EngineModule>;
  turn: Promise<unknown>;
}
const place = globalThis as { [key: symbol]: Shared | undefined };
const name = Symbol.for("djinnbot.schema-engine");
const shared: Shared = place[name] ?? { turn: Promise.resolve() };
place[name] = shared;

function withEngine<T>(ownerUrl: string, use: (engine: Engine) => Promise<T>): Promise<T> {
  const mine = shared.turn.then(() => useEngine(ownerUrl, use));
  shared.turn = mine.catch(() => undefined);
  return mine;
}

async function useEngine<T>(ownerUrl: string, use: (engine: Engine) => Promise<T>): Promise<T> {
  shared.loaded ??= loadModule();
  const module = await shared.loaded;
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2, lock_timeout: lockTimeoutMs });
  let failed: { script: string; error: unknown } | undefined;
  const onFailed = (script: string, error: unknown) => {
    failed = { script, error };
  };
  const adapter = bindMigrationAwareSqlAdapterFactory(schemaAdapter(pool, onFailed));
  const engine = await module.SchemaEngine.new({ datamodels: await readSchema() }, () => undefined, adapter);
  try {
    return await use(engine);
  } catch (error) {
    // The engine's own error is a trace of its code, without what Postgres said.
    throw failed ? await explainFailure(pool, failed) : error;
  } finally {
    engine.free();
    await pool.end();
  }
}

/**
 * The adapter as the schema engine needs it. It splits a script at every semicolon, which breaks function bodies and comments:
 * Postgres takes a whole script in one simple query, and then also as one transaction, so that a migration that fails leaves
 * nothing behind. And it does not know the catalogue's one-byte type "char", which the engine reads while comparing.
 */
function schemaAdapter(pool: pg.Pool, onFailed: (script: string, error: unknown) => void): PrismaPg {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  const charColumns = new Set<string>();
  const readable = async (...args: unknown[]) => {
    const result = await query(...args);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === charType) {
        charColumns.add(field.name);
        field.dataTypeID = pg.types.builtins.TEXT;
      }
    }
    return result;
  };
  pool.query = readable as unknown as typeof pool.query;
  const factory = new PrismaPg(pool, { disposeExternalPool: false });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connection = await connect();
    const queryRaw = connection.queryRaw.bind(connection);
    connection.queryRaw = async (params) => {
      charColumns.clear();
      const result = await queryRaw(params);
      const columnTypes = result.columnTypes.map((type, at) =>
        charColumns.has(result.columnNames[at] ?? "") ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    connection.executeScript = async (script) => {
      await query(script).catch((error: unknown) => {
        onFailed(script, error);
        throw error;
      });
    };
    return connection;
  };
  return factory;
}
const charType = 18;

async function readSchema(): Promise<[string, string][]> {
  const names = (await readdir(schemaDir)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(
    names.map(
      async (name): Promise<[string, string]> => [join(schemaDir, name), await readFile(join(schemaDir, name), "utf8")],
    ),
  );
}

async function readMigrations(dir: string): Promise<Migrations> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: dir,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok" as const, value: await readFile(join(dir, name, "migration.sql"), "utf8") },
        },
      })),
    ),
  };
}

/**
 * Applies what is missing, as `prisma migrate deploy` does; answers the names. Throws what Postgres said about the migration that
 * failed; of that one nothing is left, so that a mended file, or a start without it, goes on from there.
 */
export async function applyMigrations(ownerUrl: string, dir = migrationsDir): Promise<string[]> {
  await forgetFailures(ownerUrl);
  return withEngine(ownerUrl, async (engine) => {
    const result = await engine.applyMigrations({ migrationsList: await readMigrations(dir), filters: noFilters });
    return result.appliedMigrationNames;
  });
}

/** SQL that would turn `from` into the schema files; empty when they agree. `database` compares with the live database. */
export async function schemaDiff(ownerUrl: string, from: "empty" | "database"): Promise<string> {
  const files = (await readSchema()).map(([path, content]) => ({ path, content }));
  return withEngine(ownerUrl, async (engine) => {
    const start = from === "empty" ? { tag: "empty" } : { tag: "schemaDatasource", files, configDir: packageRoot };
    const result = await engine.diff({
      from: start,
      to: { tag: "schemaDatamodel", files },
      script: true,
      exitCode: null,
      filters: noFilters,
    });
    // Comments only means that there is nothing to do.
    return (result.stdout ?? "").replace(/^--.*$/gm, "").trim() === "" ? "" : (result.stdout ?? "").trim();
  });
}
