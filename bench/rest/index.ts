// Create and list over REST: our edge on its plain Node host with row-level security on and off, and through the web app.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { version } from "@djinnbot/core";
import type { Bench, Subject } from "../lib/bench.ts";
import { startChild } from "../lib/child.ts";
import { HttpClient } from "../lib/http.ts";
import { type Installation, openDeps, registerTenant } from "../lib/servers.ts";
import type { ApiOut } from "./api-process.ts";
import { measureListSql } from "./list-sql.ts";

const rows = 200;
const measures = {
  create: "REST: create an agent, one connection",
  list: `REST: list of ${rows} agents, one connection`,
};
interface Samples {
  create: number[];
  list: number[];
}

export async function measureRest(bench: Bench): Promise<void> {
  await bench.attempt("REST with and without row-level security", () => onAndOff(bench));
  await bench.attempt("REST through the web app", () => throughProduct(bench));
  await bench.attempt("SQL list with and without row-level security", () => measureListSql(bench));
}

/** The same requests in turns to both, so that a noisy moment meets both. */
async function onAndOff(bench: Bench): Promise<void> {
  const backends = await bench.backends();
  const on = await backends.installation("bench_rls_on");
  const deps = openDeps(on);
  const tenant = await registerTenant(deps);
  const { token } = await tenant.run<{ token?: string; key?: string }>("auth", "createApiKey", { name: "bench" }).then(
    (made) => ({ token: made.key ?? made.token ?? "" }),
    () => ({ token: tenant.tokens.accessToken }),
  );
  for (let at = 0; at < rows; at += 1) await tenant.services.agents.create({ name: `Agent ${at}`, slug: `seed-${at}` });
  await deps.close();
  const off = await backends.copyWithoutRls(on, "bench_rls_off");
  const subjects = [
    {
      subject: { kind: "ours", name: `djinnbot ${version}, RLS on` },
      installation: on,
      profile: bench.options.profile,
    },
    { subject: { kind: "floor", name: "the same, RLS off" }, installation: off, profile: null },
  ] as const;
  const hosts = await Promise.all(subjects.map(({ installation, profile }) => startHost(installation, profile)));
  const clients = hosts.map(({ url }) => new HttpClient(url, token));
  try {
    const samples: Samples[] = subjects.map(() => ({ create: [], list: [] }));
    const rounds = bench.options.quick ? 2 : 10;
    for (let round = 0; round <= rounds; round += 1) {
      for (const [at, client] of clients.entries()) {
        const taken = await takeSamples(client, bench.options.quick ? 20 : 50);
        // The first round warms up.
        if (round > 0) samples[at]?.create.push(...taken.create);
        if (round > 0) samples[at]?.list.push(...taken.list);
      }
    }
    for (const [at, { subject }] of subjects.entries()) addSamples(bench, subject, samples[at]);
  } finally {
    for (const client of clients) client.close();
    for (const host of hosts) await host.stop();
  }
}

async function throughProduct(bench: Bench): Promise<void> {
  const product = await bench.product();
  const client = await product.client();
  try {
    const have = ((await client.send("GET", `/v1/agents/?limit=${rows}`)).json as unknown[]).length ?? 0;
    for (let at = have; at < rows; at += 1) await createAgent(client);
    await takeSamples(client, 5);
    const samples = await takeSamples(client, bench.options.quick ? 20 : 200);
    addSamples(bench, { kind: "ours", name: `djinnbot ${version}, through the web app` }, samples);
    bench.note("REST: Paperclip 2026.824.1 took 38 ms (create) and 39 ms (list of 200) on two cores; not run here");
  } finally {
    client.close();
  }
}

async function startHost(installation: Installation, profile: string | null) {
  const child = startChild<object, ApiOut>({
    program: join(import.meta.dirname, "api-process.ts"),
    input: { settings: installation.settings, redisUrl: installation.redisUrl },
    profile,
  });
  const { url } = await child.next((message): message is ApiOut => message.kind === "ready");
  return { url, stop: child.stop };
}

async function takeSamples(client: HttpClient, count: number): Promise<Samples> {
  const samples: Samples = { create: [], list: [] };
  for (let at = 0; at < count; at += 1) {
    samples.create.push(await createAgent(client));
    const { ms, json } = await client.send("GET", `/v1/agents/?limit=${rows}`);
    const length = Array.isArray(json) ? json.length : ((json as { items?: unknown[] }).items?.length ?? 0);
    if (length !== rows) throw new Error(`the list has ${length} rows instead of ${rows}`);
    samples.list.push(ms);
  }
  return samples;
}

async function createAgent(client: HttpClient): Promise<number> {
  const slug = `bench-${randomBytes(6).toString("hex")}`;
  return (await client.send("POST", "/v1/agents/", { name: "Bench", slug })).ms;
}

function addSamples(bench: Bench, subject: Subject, samples: Samples | undefined): void {
  bench.add({ measure: measures.create, subject, unit: "ms", of: "requests" }, samples?.create ?? []);
  bench.add({ measure: measures.list, subject, unit: "ms", of: "requests" }, samples?.list ?? []);
}
