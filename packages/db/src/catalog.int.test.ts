/** A table without tenancy cannot land (DESIGN 4.1, 4.3, 4.10): read from Postgres' own catalogue. */
import type {} from "@djinnbot/testing/provided";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { schemaDiff } from "./schema-engine.ts";

const services = inject("services");
const url = new URL(services.ownerUrl);
url.pathname = `/${services.templateDatabase}`;
const client = new pg.Client({ connectionString: url.href });
beforeAll(() => client.connect());
afterAll(() => client.end());

/** Tables that are not a tenant's: the tenants themselves (protected by their own id) and Prisma's bookkeeping. */
const exempt = ["tenants", "_prisma_migrations"];
/** Rows without a tenant belong to the platform: readable by all, writable by none. */
const withGlobalRows = ["agent_templates", "model_prices", "model_providers", "pipelines"];

async function tables(): Promise<{ name: string; rls: boolean; forced: boolean; nullable: string | null }[]> {
  const { rows } = await client.query(`
    SELECT c.relname AS name, c.relrowsecurity AS rls, c.relforcerowsecurity AS forced,
      (SELECT is_nullable FROM information_schema.columns k WHERE k.table_schema = 'public' AND k.table_name = c.relname AND k.column_name = 'tenant_id') AS nullable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1`);
  return rows;
}

describe("catalogue", () => {
  it("forces row-level security on every table", async () => {
    const open = (await tables()).filter(
      (table) => table.name !== "_prisma_migrations" && !(table.rls && table.forced),
    );
    expect(open).toEqual([]);
  });

  it("has a tenant on every row, except global ones of named tables", async () => {
    const wrong = (await tables())
      .filter((table) => !exempt.includes(table.name))
      .filter((table) => table.nullable !== (withGlobalRows.includes(table.name) ? "YES" : "NO"));
    expect(wrong).toEqual([]);
  });

  it("has an index that starts with the tenant on every tenant table", async () => {
    const { rows } = await client.query(`
      SELECT DISTINCT t.relname AS name FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] WHERE n.nspname = 'public' AND a.attname = 'tenant_id'`);
    const indexed = rows.map((row) => row.name);
    const missing = (await tables())
      .map((table) => table.name)
      .filter((name) => !exempt.includes(name) && !indexed.includes(name));
    expect(missing).toEqual([]);
  });

  it("lets the app's policies compare with the transaction's tenant, and nothing else", async () => {
    const { rows } = await client.query(
      "SELECT tablename, policyname, cmd, roles::text[] AS roles, coalesce(qual, '') AS qual, coalesce(with_check, '') AS checked FROM pg_policies WHERE schemaname = 'public'",
    );
    const mine = (text: string) =>
      text.includes("current_setting('app.tenant_id'::text, true)") && text.includes("NULLIF");
    const app = rows.filter((row) => row.roles.includes("djinnbot_app"));
    expect(new Set(app.map((row) => row.tablename)).size).toBe((await tables()).length - 1);
    for (const row of app) {
      const texts = [row.qual, row.checked].filter((text: string) => text !== "");
      expect(texts.length, row.tablename).toBeGreaterThan(0);
      expect(texts.every(mine), `${row.tablename}.${row.policyname}`).toBe(true);
      // Only reading may reach rows without a tenant.
      expect(/IS NULL/.test(row.qual) && row.cmd !== "SELECT", `${row.tablename}.${row.policyname}`).toBe(false);
      expect(/IS NULL/.test(row.checked), `${row.tablename}.${row.policyname}`).toBe(false);
    }
    expect(
      rows.every((row) => row.roles.every((role: string) => ["djinnbot_app", "djinnbot_system"].includes(role))),
    ).toBe(true);
  });

  it("points from tenant table to tenant table by (tenant, id) only", async () => {
    const { rows } = await client.query(`
      SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
        (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS columns
      FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace`);
    const loose = rows.filter(
      (row) => row.parent !== "tenants" && row.child !== "tenants" && !row.columns.includes("tenant_id"),
    );
    expect(loose).toEqual([]);
    const owner = rows.filter((row) => row.child === "tenants");
    expect(owner.every((row) => row.columns.includes("id"))).toBe(true);
  });

  it("gives the app's roles no ownership and no way around", async () => {
    const { rows } = await client.query(
      "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname LIKE 'djinnbot\\_%' AND rolname <> 'djinnbot_owner'",
    );
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => !(row.rolsuper || row.rolbypassrls || row.rolcreaterole || row.rolcreatedb))).toBe(true);
    const owned = await client.query(
      "SELECT count(*)::int AS n FROM pg_class WHERE relowner::regrole::text IN ('djinnbot_app', 'djinnbot_system')",
    );
    expect(owned.rows[0].n).toBe(0);
  });

  it("agrees with the Prisma schema", async () => {
    expect(await schemaDiff(url.href, "database")).toBe("");
  });
});
