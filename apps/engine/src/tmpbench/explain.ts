import { readFileSync } from "node:fs"; import { randomBytes } from "node:crypto"; import pg from "pg"; import { migrate, urlAs } from "@djinnbot/db/migrate";
const owner = new URL(readFileSync("/tmp/w/owner-url", "utf8").trim()); const db = `ex_${randomBytes(4).toString("hex")}`;
const c = new pg.Client({ connectionString: owner.href }); await c.connect(); await c.query(`CREATE DATABASE ${db}`); owner.pathname = `/${db}`;
await migrate({ ownerUrl: owner.href, appPassword: "app", systemPassword: "sys" });
const s = new pg.Client({ connectionString: urlAs(owner.href, "djinnbot_system", "sys") }); await s.connect();
await s.query("INSERT INTO tenants(id,name,slug,created_at,updated_at) VALUES ('ten_aaaaaaaaaaaaaaaa','x','x',1,1)");
const a = new pg.Client({ connectionString: urlAs(owner.href, "djinnbot_app", "app") }); await a.connect();
await a.query("SELECT set_config('app.tenant_id','ten_aaaaaaaaaaaaaaaa',false)");
for (let i = 0; i < 50; i++) await a.query("INSERT INTO runs(id,pipeline_id,pipeline_yaml,task_description,status,created_at,updated_at) VALUES ($1,'p','y','t','running',1,1)", [`run_aaaaaaaaaaaaaa${i}`]);
const src = readFileSync(new URL("../store/transition.ts", import.meta.url), "utf8"); const text = src.slice(src.indexOf("const text = `") + 14, src.indexOf("FROM run`;") + 8);
const step = (n: number) => ({ id: `s${n}`, stepId: "A", attempt: n, sequence: n, agentId: "f", status: "running", retryCount: 0, maxRetries: 3, queuedAt: 1, inputs: { input: "x" } });
let n = 1; const R = "run_aaaaaaaaaaaaaa1";
const vals = () => { n++; return [R, 0, Date.now(), JSON.stringify({ cursor: "1-" + n, stepsCompleted: 1, currentStepId: "A" }), n > 2 ? JSON.stringify({ id: `s${n - 1}`, from: ["running"], status: "completed", stepId: "A", outputs: { r: "AGAIN" } }) : null, null, JSON.stringify(step(n)), JSON.stringify([{ id: "e" + n, streams: [], message: { batch: [1, 2] } }])]; };
for (const mode of ["auto", "force_generic_plan", "force_custom_plan"]) { await a.query(`SET plan_cache_mode=${mode}`); await a.query("DEALLOCATE ALL").catch(() => {}); (a as any).connection.parsedStatements = {};
 for (let i = 0; i < 20; i++) await a.query({ name: "t" + mode, text, values: vals() });
 const t0 = performance.now(); for (let i = 0; i < 300; i++) await a.query({ name: "t" + mode, text, values: vals() }); console.log(mode, ((performance.now() - t0) / 300).toFixed(3), "ms"); }
const ex = await a.query({ text: "EXPLAIN (ANALYZE, COSTS OFF) " + text, values: vals() }); console.log(ex.rows.map((r: any) => r["QUERY PLAN"]).join("\n"));
await a.end(); await s.end(); await c.query(`DROP DATABASE ${db} WITH (FORCE)`); await c.end();
