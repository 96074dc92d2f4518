import { readFileSync } from "node:fs"; import pg from "pg";
const pool = new pg.Pool({ connectionString: readFileSync("/tmp/w/owner-url","utf8").trim(), max: 10 });
await pool.query("CREATE TABLE IF NOT EXISTS floor_x (id bigserial primary key, d jsonb)");
for (const conc of [1, 10]) { let n = 0; const end = Date.now() + 3000; const lat: number[] = [];
await Promise.all(Array.from({ length: conc }, async () => { while (Date.now() < end) { const t = performance.now(); await pool.query({ name: "x", text: "INSERT INTO floor_x (d) VALUES ($1)", values: ['{"a":1}'] }); lat.push(performance.now() - t); n++; } }));
lat.sort((a,b)=>a-b); console.log(conc, n / 3, "p50", lat[lat.length>>1]); }
await pool.query("DROP TABLE floor_x"); await pool.end();
