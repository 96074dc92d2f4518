/** The client against the real edge: typed calls, faults, and event streams over broken connections. */
import { createApi, type NodeHost, serve } from "@djinnbot/api";
import { newId, type RunEventBody, type TenantEventBody } from "@djinnbot/contracts";
import { envelop, publish, runEvents, tenantEvents } from "@djinnbot/events";
import { newTenant, type TestTenant, testDeps } from "@djinnbot/testing";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import { createDjinnClient, type DjinnError, toDjinnError } from "./index.ts";

const deps = await testDeps();
const api = createApi({
  deps,
  config: { redisUrl: deps.backends.redisUrl, heartbeatSec: 1, requestLimit: { points: 10_000, windowSec: 10 } },
});
const host = await serve(api.fetch);
afterAll(async () => {
  await api.close();
  await host.close();
});
const clientOf = (tenant: TestTenant, at: NodeHost = host) =>
  createDjinnClient({ url: at.url, apiKey: tenant.tokens.accessToken });

/** A run of a fresh tenant whose row never moves by itself: no engine is running. */
async function newRun() {
  const tenant = await newTenant(deps);
  await tenant.run("agents", "create", { name: "Ada", slug: "ada" });
  const pipeline = await tenant.run<{ id: string }>("pipelines", "create", {
    yamlContent:
      "id: one\nname: One\nversion: 1.0.0\nagents:\n  - id: ada\nsteps:\n  - id: ONE\n    agent: ada\n    input: hi\n",
  });
  const run = await tenant.run<{ id: string }>("runs", "create", { pipelineId: pipeline.id, task: "Say hi" });
  const say = (body: RunEventBody) =>
    publish(deps.redis, runEvents, { tenantId: tenant.tenantId, runId: run.id }, envelop(source(tenant), body));
  const output = (chunk: string) => say({ type: "STEP_OUTPUT", runId: run.id, stepId: "ONE", attempt: 1, chunk });
  const end = async () => {
    await deps.system.pool.query("UPDATE runs SET status = 'failed', completed_at = $2 WHERE id = $1", [
      run.id,
      Date.now(),
    ]);
    await say({ type: "RUN_CANCELLED", runId: run.id, reason: "test" });
  };
  return { tenant, runId: run.id, output, say, end };
}
const source = (tenant: TestTenant) => ({ tenantId: tenant.tenantId, requestId: "req_test" });

async function collect(events: AsyncIterable<{ type: string; chunk?: string }>, onEach?: (count: number) => void) {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(event.type === "STEP_OUTPUT" ? (event.chunk ?? "") : event.type);
    onEach?.(seen.length);
  }
  return seen;
}

describe("calls", () => {
  it("are typed by the contracts", async () => {
    const tenant = await newTenant(deps);
    const client = clientOf(tenant);
    const made = await client.api.agents.create.mutate({ name: "Ada" });
    expectTypeOf(made.slug).toEqualTypeOf<string>();
    const page = await client.api.agents.list.query();
    expectTypeOf(page.nextCursor).toEqualTypeOf<string | null>();
    expect(page.items.map(({ id }) => id)).toContain(made.id);
    expect((await client.api.tenants.me.query({})).id).toBe(tenant.tenantId);
    // @ts-expect-error a name is needed
    const failed: DjinnError = await client.api.agents.create.mutate({}).catch(toDjinnError);
    expect(failed).toMatchObject({ code: "VALIDATION", details: [{ loc: ["body", "name"] }] });
    expect(failed.requestId).toMatch(/^req_/);
  });

  it("fail as NETWORK when nobody answers", async () => {
    const client = createDjinnClient({ url: "http://127.0.0.1:9" });
    const failed = await client.api.auth.status.query().catch(toDjinnError);
    expect(failed).toMatchObject({ code: "NETWORK", requestId: null });
    expect(failed).toHaveProperty("message", expect.stringMatching(/^No answer from http:\/\/127\.0\.0\.1:9: \S/));
  });
});

describe("following a run", () => {
  it("gives what was, then what comes, and ends with the run", async () => {
    const run = await newRun();
    await run.output("before");
    const seen = await collect(clientOf(run.tenant).runs.follow(run.runId), (count) => {
      if (count === 2) {
        void run.output("after").then(run.end);
      }
    });
    expect(seen).toEqual(["RUN_CREATED", "before", "after", "RUN_CANCELLED"]);
  });

  it("misses and repeats nothing over cut connections", async () => {
    const run = await newRun();
    const total = 60;
    const seen = await collect(clientOf(run.tenant).runs.follow(run.runId), (count) => {
      if (count % 15 === 0 && count <= total) {
        host.server.closeAllConnections();
      }
      if (count <= total) {
        void run.output(`n${count}`);
      }
      if (count === total + 1) {
        void run.end();
      }
    });
    const numbers = Array.from({ length: total }, (_, at) => `n${at + 1}`);
    expect(seen).toEqual(["RUN_CREATED", ...numbers, "RUN_CANCELLED"]);
  });

  it("ends at once for a run that was over, also when its events are gone", async () => {
    const run = await newRun();
    await run.end();
    const client = clientOf(run.tenant);
    expect(await collect(client.runs.follow(run.runId))).toEqual(["RUN_CREATED", "RUN_CANCELLED"]);
    await deps.redis.del(runEvents.key({ tenantId: run.tenant.tenantId, runId: run.runId }));
    await deps.system.pool.query("UPDATE runs SET completed_at = 1 WHERE id = $1", [run.runId]);
    expect(await collect(client.runs.follow(run.runId))).toEqual([]);
  });

  it("goes on over an end in the past when the run was restarted", async () => {
    const run = await newRun();
    await run.say({ type: "RUN_CANCELLED", runId: run.runId, reason: "first" });
    await run.say({ type: "RUN_STATUS_CHANGED", runId: run.runId, status: "pending" });
    const seen = await collect(clientOf(run.tenant).runs.follow(run.runId), (count) => {
      if (count === 3) {
        void run.end();
      }
    });
    expect(seen).toEqual(["RUN_CREATED", "RUN_CANCELLED", "RUN_STATUS_CHANGED", "RUN_CANCELLED"]);
  });

  it("finds nothing of another tenant, and never gives an event that is not the tenant's", async () => {
    const [mine, theirs] = [await newRun(), await newRun()];
    const failed = await collect(clientOf(mine.tenant).runs.follow(theirs.runId)).catch(toDjinnError);
    expect(failed).toMatchObject({ code: "NOT_FOUND" });
    const address = { tenantId: mine.tenant.tenantId, runId: mine.runId };
    const body = { type: "STEP_OUTPUT", runId: mine.runId, stepId: "ONE", attempt: 1, chunk: "foreign" } as const;
    await publish(deps.redis, runEvents, address, envelop(source(theirs.tenant), body));
    await publish(deps.redis, runEvents, address, { no: "event" });
    await mine.end();
    expect(await collect(clientOf(mine.tenant).runs.follow(mine.runId))).toEqual(["RUN_CREATED", "RUN_CANCELLED"]);
  });

  it("lets go of a reader that does not read", async () => {
    const run = await newRun();
    const narrow = createApi({ deps, config: { redisUrl: deps.backends.redisUrl, streamBufferBytes: 4096 } });
    const response = await narrow.fetch(
      new Request(`http://127.0.0.1:3000/v1/events/stream/${run.runId}`, {
        headers: { authorization: `Bearer ${run.tenant.tokens.accessToken}` },
      }),
      { ip: null },
    );
    expect(narrow.listeners()).toBe(1);
    for (let times = 0; times < 20; times += 1) {
      await run.output("x".repeat(1000));
    }
    await expect.poll(() => narrow.listeners()).toBe(0);
    await expect(response.text()).rejects.toThrow();
    await narrow.close();
  });

  it("stops when asked to, and leaves no listener behind", async () => {
    const run = await newRun();
    const before = api.listeners();
    const stop = new AbortController();
    const seen = await collect(clientOf(run.tenant).runs.follow(run.runId, { signal: stop.signal }), () =>
      stop.abort(),
    );
    expect(seen).toEqual(["RUN_CREATED"]);
    await expect.poll(() => api.listeners()).toBe(before);
  });
});

describe("following the tenant", () => {
  it("starts now, hears only its own, and resumes over a cut before the first event", async () => {
    const [a, b] = [await newTenant(deps), await newTenant(deps)];
    const tell = (tenant: TestTenant, agentId: string) => {
      const body: TenantEventBody = { type: "AGENT_UPDATED", agentId };
      return publish(deps.redis, tenantEvents, { tenantId: tenant.tenantId }, envelop(source(tenant), body));
    };
    await tell(a, "past");
    const stop = new AbortController();
    const heard: string[] = [];
    let connections = 0;
    const onState = (state: string) => {
      connections += state === "connected" ? 1 : 0;
    };
    const listening = (async () => {
      for await (const event of clientOf(a).events.follow({ signal: stop.signal, onState })) {
        heard.push("agentId" in event ? event.agentId : event.type);
      }
    })();
    await expect.poll(() => connections).toBe(1);
    host.server.closeAllConnections();
    await tell(b, "foreign");
    await tell(a, "one");
    await expect.poll(() => heard).toEqual(["one"]);
    await tell(a, "two");
    await expect.poll(() => heard).toEqual(["one", "two"]);
    stop.abort();
    await listening;
  });

  it("needs the right to, and ends with the sign-in", async () => {
    const strict = createApi({ deps, config: { redisUrl: deps.backends.redisUrl, revalidateSec: 1 } });
    const strictHost = await serve(strict.fetch);
    const nobody = createDjinnClient({ url: strictHost.url });
    expect(await collect(nobody.events.follow()).catch(toDjinnError)).toMatchObject({ code: "UNAUTHENTICATED" });
    const tenant = await newTenant(deps);
    const client = clientOf(tenant, strictHost);
    const following = collect(client.events.follow()).catch(toDjinnError);
    await expect.poll(() => strict.listeners()).toBe(1);
    await client.api.auth.logout.mutate({});
    expect(await following).toMatchObject({ code: "UNAUTHENTICATED" });
    await strict.close();
    await strictHost.close();
  });

  it("takes the token in the address, as earlier clients send it", async () => {
    const tenant = await newTenant(deps);
    const stop = new AbortController();
    const response = await fetch(`${host.url}/v1/events/stream?token=${tenant.tokens.accessToken}`, {
      signal: stop.signal,
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    stop.abort();
    expect((await fetch(`${host.url}/v1/agents/?token=${tenant.tokens.accessToken}`)).status).toBe(401);
    expect((await fetch(`${host.url}/v1/events/stream/${newId("run")}?token=x`)).status).toBe(401);
  });
});

describe("a run as a file", () => {
  it("is the whole run, in two forms, and nobody else's", async () => {
    const { tenant, runId } = await newRun();
    const client = clientOf(tenant);
    const file = await client.runs.export(runId);
    expect(file).toMatchObject({ filename: `${runId}.json`, mediaType: "application/json" });
    expect(await new Response(file.body).json()).toMatchObject({
      format: "djinnbot-run",
      run: { id: runId },
      steps: [],
    });
    const text = await client.runs.export(runId, { format: "markdown" });
    expect(text.filename).toBe(`${runId}.md`);
    expect(await new Response(text.body).text()).toMatch(/^# Say hi\n/);
    const stranger = clientOf(await newTenant(deps));
    await expect(stranger.runs.export(runId)).rejects.toMatchObject({ name: "DjinnError", code: "NOT_FOUND" });
    await expect(client.workspaces.bundle(runId)).rejects.toMatchObject({ code: "NOT_FOUND", message: /no workspace/ });
    const nowhere = createDjinnClient({ url: "http://127.0.0.1:9" });
    await expect(nowhere.runs.export(runId)).rejects.toMatchObject({ code: "NETWORK" });
  });
});
