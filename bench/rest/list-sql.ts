// The cost of row-level security itself: one list of 200 rows among many tenants' rows, in SQL, with and without policies.
import { newId } from "@djinnbot/contracts";
import pg from "pg";
import type { Bench } from "../lib/bench.ts";
import { type Installation, openDeps, registerTenant, withClient } from "../lib/servers.ts";

const listSql = {
  name: "list",
  text: `SELECT id, pipeline_id, status, task_description, created_at FROM runs WHERE tenant_id = $1
         ORDER BY created_at DESC, id DESC LIMIT 200`,
};

export async function measureListSql(bench: Bench): Promise<void> {
  const backends = await bench.backends();
  const tenants = bench.options.quick ? 10 : 200;
  const perTenant = 500;
  const on = await backends.installation("bench_sql_on");
  const deps = openDeps(on);
  const ids: string[] = [];
  try {
    for (let at = 0; at < tenants; at += 1) ids.push((await registerTenant(deps)).tenantId);
  } finally {
    await deps.close();
  }
  await withClient(on.ownerUrl, (client) => fill(client, ids, perTenant));
  const off = await backends.copyWithoutRls(on, "bench_sql_off");
  const subjects = [
    { subject: { kind: "ours", name: "RLS on" }, installation: on, samples: [] as number[] },
    { subject: { kind: "floor", name: "RLS off" }, installation: off, samples: [] as number[] },
  ] as const;
  for (const { installation } of subjects)
    await withClient(installation.ownerUrl, (client) => client.query("VACUUM ANALYZE runs"));
  const pools = subjects.map(({ installation }) => poolOf(installation));
  const rounds = bench.options.quick ? 200 : 2000;
  try {
    for (let round = -50; round < rounds; round += 1) {
      const tenantId = ids[Math.floor(Math.random() * ids.length)] ?? "";
      for (const [at, { samples }] of subjects.entries()) {
        const ms = await listOnce(pools[at] as pg.Pool, tenantId);
        if (round >= 0) samples.push(ms);
      }
    }
  } finally {
    for (const pool of pools) await pool.end();
  }
  const measure = `SQL: list of 200 of ${(tenants * perTenant).toLocaleString("en-US")} runs of ${tenants} tenants`;
  for (const { subject, samples } of subjects) bench.add({ measure, subject, unit: "ms", of: "queries" }, samples);
}

function poolOf({ settings }: Installation): pg.Pool {
  return new pg.Pool({ connectionString: settings.APP_DATABASE_URL, max: 1 });
}

/** As the product does it: one transaction that says first whose it is. */
async function listOnce(pool: pg.Pool, tenantId: string): Promise<number> {
  const client = await pool.connect();
  try {
    const begun = performance.now();
    await client.query(`BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true)`);
    const { rows } = await client.query({ ...listSql, values: [tenantId] });
    await client.query("COMMIT");
    const ms = performance.now() - begun;
    if (rows.length !== 200) throw new Error(`the list has ${rows.length} rows`);
    return ms;
  } finally {
    client.release();
  }
}

/** Rows in mixed order of tenants, as they come in life. The owner is bound by the policies too: they are lifted for the moment. */
async function fill(client: pg.Client, tenants: readonly string[], perTenant: number): Promise<void> {
  await client.query("ALTER TABLE runs NO FORCE ROW LEVEL SECURITY");
  await client.query(
    `INSERT INTO runs (id, tenant_id, pipeline_id, pipeline_yaml, task_description, status, created_at, updated_at)
     SELECT $3 || lpad(i::text, 10, '0') || lpad(t.n::text, 6, '0'), t.id, 'bench', '', 'Bench ' || i, 'completed', i * 1000 + t.n, i
     FROM generate_series(1, $2::int) i, unnest($1::text[]) WITH ORDINALITY AS t(id, n)`,
    [tenants, perTenant, newId("run").slice(0, 4)],
  );
  await client.query("ALTER TABLE runs FORCE ROW LEVEL SECURITY");
}
