import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { paths } from "../start/paths.ts";
import { startPostgres } from "./postgres.ts";
import { isAlive } from "./process.ts";
import { pingRedis, startRedis } from "./redis.ts";

const log = () => undefined;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-services-"));
  chmodSync(dir, 0o755);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("PostgreSQL keeps its data over a kill, refuses a second server, and takes over when told", async () => {
  const options = { dir: join(dir, "postgres"), password: "correct horse", log };
  const first = await startPostgres(options);
  await query(first.ownerUrl, "CREATE TABLE kept AS SELECT 7 AS value");
  await expect(startPostgres(options)).rejects.toThrow(`already running on ${first.dataDir} (pid ${first.pid})`);
  const second = await startPostgres({ ...options, takeOver: true });
  expect(isAlive(first.pid)).toBe(false);
  process.kill(second.pid, "SIGKILL");
  await expect.poll(() => isAlive(second.pid)).toBe(false);
  expect(existsSync(join(second.dataDir, "postmaster.pid"))).toBe(true);
  const third = await startPostgres(options);
  expect(await query(third.ownerUrl, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
  await third.stop();
  expect(isAlive(third.pid)).toBe(false);
});

test("a lock file that names a living stranger does not keep PostgreSQL from starting", async () => {
  const options = { dir: join(dir, "stale"), password: "secret", log };
  const first = await startPostgres(options);
  const lockFile = join(first.dataDir, "postmaster.pid");
  const lines = readFileSync(lockFile, "utf8").split("\n").slice(1);
  await first.stop();
  writeFileSync(lockFile, [String(process.pid), ...lines].join("\n"));
  const second = await startPostgres(options);
  await second.stop();
});

test("existing data with another password is explained", async () => {
  const options = { dir: join(dir, "password"), log };
  await (await startPostgres({ ...options, password: "one" })).stop();
  await expect(startPostgres({ ...options, password: "two" })).rejects.toThrow("does not accept the password");
});

test("Redis asks for its password, listens on loopback only, and never evicts", async () => {
  const redis = await startRedis({ dir: join(dir, "redis"), toolsDir: paths.toolsDir, log, durable: false });
  expect(Number((await pingRedis(redis.url)).split(".")[0])).toBeGreaterThanOrEqual(7);
  await expect(pingRedis(`redis://127.0.0.1:${redis.port}`)).rejects.toThrow(/NOAUTH/);
  const config = readFileSync(join(dir, "redis", "redis.conf"), "utf8");
  expect(config).toContain("bind 127.0.0.1\n");
  expect(config).toContain("maxmemory-policy noeviction");
  await redis.stop();
  expect(isAlive(redis.pid)).toBe(false);
});
