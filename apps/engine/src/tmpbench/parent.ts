import { fork, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { migrate, urlAs } from "@djinnbot/db/migrate";
import { createDeps, call, servicesFor } from "@djinnbot/core";
import { newTenant, testServiceEnv } from "@djinnbot/testing";
import { Redis } from "ioredis";
import { envelop, runCommands, runStatus } from "@djinnbot/events";
const RUNS = Number(process.env.RUNS ?? 30), STEPS = Number(process.env.STEPS ?? 200);
const owner = new URL(readFileSync("/tmp/w/owner-url", "utf8").trim());
const db = `bench_${randomBytes(4).toString("hex")}`;
const c = new pg.Client({ connectionString: owner.href }); await c.connect(); await c.query(`CREATE DATABASE ${db}`);
owner.pathname = `/${db}`;
await migrate({ ownerUrl: owner.href, appPassword: "app", systemPassword: "sys" });
const port = 20000 + Math.floor(Math.random() * 20000);
const redisProc = spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"], { stdio: "ignore" });
await new Promise((r) => setTimeout(r, 500));
const redisUrl = `redis://127.0.0.1:${port}`;
const env = testServiceEnv({ ownerUrl: owner.href, appUrl: urlAs(owner.href, "djinnbot_app", "app"), systemUrl: urlAs(owner.href, "djinnbot_system", "sys"), redisUrl }, { dataDir: "/tmp/w/benchdata" });
const deps = createDeps(env, { service: "bench", instance: "p" });
await deps.system.pool.query(`INSERT INTO model_providers (id, provider_id, name, wire, base_url, enabled, is_demo, created_at, updated_at) VALUES ('mpr_demotest01','demo','Demo','openai-compatible','http://127.0.0.1:1/v1',true,true,1,1)`);
const tenants = [];
for (let i = 0; i < 3; i++) { const t = await newTenant(deps); await t.services.agents.create({ name: "finn", slug: "finn" }); await deps.system.pool.query("UPDATE tenants SET max_concurrent_runs = 1000"); tenants.push(t); }
const yaml = `
id: PIP
name: Loop
version: "1"
agents: [{ id: finn }]
steps:
  - { id: A, agent: finn, input: "Go on", outputs: [r], onResult: { AGAIN: { goto: A }, END: {} } }
`;
for (const t of tenants) await t.services.pipelines.create({ yamlContent: yaml.replace("PIP", "loop-x") } as never);
// peers
const out = new Redis(redisUrl);
const sent = new Map<string, number>(); const lat: number[] = []; let steps = 0; let first = 0, last = 0; let warm = 0;
function peer(spec: any) {
  const rd = new Redis(redisUrl); let cursor = "0"; const address = { tenantId: spec.tenantId, runId: spec.runId };
  const say = (body: object) => out.xadd(runStatus.key(address), "MAXLEN", "~", "1000", "*", "data", JSON.stringify(envelop({ tenantId: spec.tenantId, requestId: "p" }, { runId: spec.runId, sessionId: spec.sessionId, ...body })));
  (async () => { let run = true; while (run) {
    const a: any = await rd.xread("BLOCK", 5000, "STREAMS", runCommands.key(address), cursor);
    for (const [id, f] of a?.[0]?.[1] ?? []) { cursor = id; const m = JSON.parse(f[1]);
      if (m.type === "shutdown") { run = false; rd.disconnect(); continue; }
      if (m.type !== "agentStep") continue;
      const now = performance.now(); const s = sent.get(spec.runId); if (s !== undefined) { lat.push(now - s); last = now; steps++; } else { first ||= now; }
      const { commandId, stepId, attempt } = m;
      if (process.env.ACCEPT !== "0") void say({ type: "stepAccepted", commandId, stepId, attempt });
      sent.set(spec.runId, performance.now());
      void say({ type: "stepResult", commandId, stepId, attempt, outcome: "completed", outputs: { r: attempt >= STEPS ? "END" : "AGAIN" }, summary: null, failure: null, commitHash: null, turns: 1 });
    } } })().catch(() => {});
}
const child = fork(new URL("./child.ts", import.meta.url), { env: { ...process.env, BENCH_ENV: JSON.stringify(env) }, execArgv: process.env.PROF ? ["--cpu-prof", "--cpu-prof-dir=/tmp/w/prof"] : [] });
let cpu0: any, cpu1: any;
child.on("message", (m: any) => { if (m.stats) { cpu1 = m.cpu; return; } if (m.spec) { peer(m.spec); child.send({ id: m.id }); } });
await new Promise((r) => setTimeout(r, 1500));
const ids = await Promise.all(Array.from({ length: RUNS }, (_, i) => { const t = tenants[i % 3]!; return t.services.runs.create({ pipelineId: "loop-x", task: "x" }).then((r) => ({ t, id: r.id })); }));
for (;;) { await new Promise((r) => setTimeout(r, 200)); const { rows } = await deps.system.pool.query("SELECT count(*)::int AS n FROM runs WHERE status NOT IN ('pending','running')"); if (rows[0].n === RUNS) break; }
child.send({ stats: true }); await new Promise((r) => setTimeout(r, 200));
lat.sort((a, b) => a - b); const q = (p: number) => lat[Math.floor(lat.length * p)]?.toFixed(2);
const { rows } = await deps.system.pool.query("SELECT status, count(*)::int FROM runs GROUP BY 1");
console.log(JSON.stringify({ RUNS, STEPS, steps, perSec: Math.round(steps / ((last - first) / 1000)), p50: q(0.5), p90: q(0.9), p99: q(0.99), engineCpuS: (cpu1.user + cpu1.system) / 1e6, wallS: (last - first) / 1000, status: rows }));
child.kill(process.env.PROF ? "SIGINT" : "SIGKILL"); await new Promise((r) => setTimeout(r, 800)); child.kill("SIGKILL"); redisProc.kill("SIGKILL"); await deps.close(); await c.query(`DROP DATABASE ${db} WITH (FORCE)`); await c.end(); process.exit(0);
