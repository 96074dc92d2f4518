/** A migration that fails: what is said, and that the next start goes on, with a mended file or without it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {} from "@djinnbot/testing/provided";
import pg from "pg";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { applyMigrations } from "./schema-engine.ts";

const { ownerUrl } = inject("services");
const admin = new pg.Client({ connectionString: ownerUrl });
await admin.connect();
let made = 0;
let url: string;
let dir: string;

beforeEach(async () => {
  made += 1;
  const name = `scratch_${process.pid}_${made}`;
  await admin.query(`CREATE DATABASE ${name}`);
  url = Object.assign(new URL(ownerUrl), { pathname: `/${name}` }).href;
  dir = mkdtempSync(join(tmpdir(), "djinnbot-migrations-"));
  return async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, sql: string): void {
  mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, name, "migration.sql"), sql);
}

const broken = "CREATE TABLE two (id int);\nINSERT INTO one VALUES ('x');\n";

it("says which migration failed, where, and what Postgres said; a mended one is applied", async () => {
  write("0001_one", "CREATE TABLE one (id int);");
  write("0002_two", broken);
  await expect(applyMigrations(url, dir)).rejects.toThrow(
    /^Migration 0002_two failed at line 2, .*invalid input syntax for type integer: "x"/,
  );
  write("0002_two", broken.replace("'x'", "1"));
  expect(await applyMigrations(url, dir)).toEqual(["0002_two"]);
  expect(await applyMigrations(url, dir)).toEqual([]);
});

it("goes on without the file that failed", async () => {
  write("0001_one", "CREATE TABLE one (id int);");
  write("0002_two", broken);
  await expect(applyMigrations(url, dir)).rejects.toThrow("0002_two");
  rmSync(join(dir, "0002_two"), { recursive: true });
  write("0003_three", "CREATE TABLE two (id int);");
  expect(await applyMigrations(url, dir)).toEqual(["0003_three"]);
});

it("does not wait for ever for a table that a transaction holds", async () => {
  write("0001_one", "CREATE TABLE one (id int);");
  await applyMigrations(url, dir);
  const holder = new pg.Client({ connectionString: url });
  holder.on("error", () => undefined);
  await holder.connect();
  await holder.query("BEGIN; SELECT * FROM one");
  write("0002_two", "ALTER TABLE one ADD COLUMN name text;");
  await expect(applyMigrations(url, dir)).rejects.toThrow(/0002_two .*lock timeout.* Another transaction/);
  await holder.query("COMMIT");
  await holder.end();
  expect(await applyMigrations(url, dir)).toEqual(["0002_two"]);
});
