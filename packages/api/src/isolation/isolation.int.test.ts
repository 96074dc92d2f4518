/** Tenant B, knowing every id of tenant A, finds nothing: every operation, over tRPC and REST, and both streams (DESIGN 4.10). */
import { type AnyContract, type AnyDownload, contracts, downloads, newId, pathParams } from "@djinnbot/contracts";
import { change } from "@djinnbot/core/change";
import { newTenant, testDeps, twoTenants } from "@djinnbot/testing";
import { afterAll, describe, expect, it } from "vitest";
import { apiDefaults, createApi } from "../index.ts";
import { type Attempt, attempts, downloadAttempts } from "./fixtures.ts";
import { fill } from "./theirs.ts";

const deps = await testDeps();
const api = createApi({
  deps,
  config: { ...apiDefaults, redisUrl: deps.backends.redisUrl, requestLimit: { points: 100_000, windowSec: 10 } },
});
afterAll(() => api.close());
const { a, b } = await twoTenants(deps);
const theirs = await fill(a);
let calls = 0;

interface Answer {
  status: number;
  body: string;
}
type Transport = (
  noun: string,
  verb: string,
  contract: AnyContract,
  input: Record<string, unknown>,
  token: string,
) => Promise<Answer>;

async function send(request: Request): Promise<Answer> {
  calls += 1;
  const response = await api.fetch(request, { ip: "203.0.113.9" });
  return { status: response.status, body: await response.text() };
}

const rest: Transport = (_noun, _verb, contract, input, token) => {
  const params = pathParams(contract.path);
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !params.includes(name)));
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const bodyless = contract.method === "GET" || contract.method === "DELETE";
  const snake = (name: string) =>
    contract.wire === "snake" ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
  const named = Object.fromEntries(Object.entries(rest).map(([name, value]) => [snake(name), value]));
  const query = bodyless ? `?${new URLSearchParams(named as Record<string, string>)}` : "";
  return send(
    new Request(`http://127.0.0.1:3000${path}${query}`, {
      method: contract.method,
      headers,
      ...(bodyless ? {} : { body: JSON.stringify(named) }),
    }),
  );
};

const trpc: Transport = (noun, verb, contract, input, token) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const url = `http://127.0.0.1:3000/api/trpc/${noun}.${verb}`;
  return contract.method === "GET"
    ? send(new Request(`${url}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers }))
    : send(new Request(url, { method: "POST", headers, body: JSON.stringify(input) }));
};

/** The answer without what differs from call to call. */
function comparable(answer: Answer): string {
  return `${answer.status} ${answer.body.replace(/req_[0-9A-Za-z_-]+/g, "req").replace(/"path":"[^"]*"/g, "")}`;
}

async function attempt(
  transport: Transport,
  noun: string,
  verb: string,
  contract: AnyContract,
  how: Attempt,
): Promise<void> {
  // An operation may end B's sign-in (logout): each gets a B of its own only where it matters.
  const me = verb === "logout" ? await newTenant(deps, "Bolt") : b;
  const token = me.tokens.accessToken;
  const answer = await transport(noun, verb, contract, how.input(theirs) as Record<string, unknown>, token);
  const shown =
    how.kind === "foreign" || verb === "logout" ? [] : theirs.marks.filter((mark) => answer.body.includes(mark));
  expect(shown, `${noun}.${verb} shows what is A's`).toEqual([]);
  expect(answer.status, `${noun}.${verb}: ${answer.body}`).toBeLessThan(500);
  if (how.kind === "foreign") {
    const absent = await transport(noun, verb, contract, how.missing as Record<string, unknown>, token);
    expect(answer.status, `${noun}.${verb}: ${answer.body}`).toBe(404);
    expect(comparable(answer), `${noun}.${verb}`).toBe(comparable(absent));
  }
}

describe("isolation", () => {
  for (const [name, transport] of Object.entries({ rest, trpc })) {
    for (const [noun, verbs] of Object.entries(contracts as unknown as Record<string, Record<string, AnyContract>>)) {
      for (const [verb, contract] of Object.entries(verbs)) {
        it(`${name} ${noun}.${verb}`, async () => {
          await attempt(
            transport,
            noun,
            verb,
            contract,
            (attempts as Record<string, Record<string, Attempt>>)[noun]?.[verb] as Attempt,
          );
        });
      }
    }
  }

  for (const [noun, verbs] of Object.entries(downloads as unknown as Record<string, Record<string, AnyDownload>>)) {
    for (const [verb, contract] of Object.entries(verbs)) {
      it(`download ${noun}.${verb}`, async () => {
        const how = (downloadAttempts as Record<string, Record<string, Attempt>>)[noun]?.[verb] as Attempt;
        await attempt(rest, noun, verb, { ...contract, wire: "camel" } as unknown as AnyContract, how);
      });
    }
  }

  it("streams: A's run is not there for B, and B's stream never tells what A does", async () => {
    const headers = { authorization: `Bearer ${b.tokens.accessToken}` };
    const foreign = await send(new Request(`http://127.0.0.1:3000/v1/events/stream/${theirs.runId}`, { headers }));
    const absent = await send(new Request("http://127.0.0.1:3000/v1/events/stream/run_zzzzzzzzzzzzzzzz", { headers }));
    expect(foreign.status).toBe(404);
    expect(comparable(foreign)).toBe(comparable(absent));
    const abort = new AbortController();
    const stream = await api.fetch(
      new Request("http://127.0.0.1:3000/v1/events/stream?since=0", { headers, signal: abort.signal }),
      { ip: "203.0.113.9" },
    );
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    await a.run("agents", "create", { name: "Noise of A" });
    await b.run("agents", "create", { name: "Noise of B" });
    let heard = "";
    const until = Date.now() + 10_000;
    while (!heard.includes("AGENT_CREATED") && Date.now() < until) {
      const { value } = await reader.read();
      heard += new TextDecoder().decode(value);
    }
    abort.abort();
    expect(heard).toContain("AGENT_CREATED");
    expect(theirs.marks.filter((mark) => heard.includes(mark))).toEqual([]);
  });

  it("leaves A's things as they were", async () => {
    const agent = await a.run<{ name: string; files: Record<string, string> }>("agents", "get", {
      agentId: theirs.agentId,
    });
    expect(JSON.stringify(agent)).not.toContain("taken over");
    await a.run("pipelines", "get", { pipelineId: theirs.pipelineId });
    const run = await a.run<{ status: string; humanContext: unknown }>("runs", "get", { runId: theirs.runId });
    expect(run.status).toBe("cancelled");
    expect(run.humanContext).toBeNull();
    const keys = await a.run<{ id: string; isActive: boolean }[]>("apiKeys", "list", {});
    expect(keys.find((key) => key.id === theirs.keyId)?.isActive).toBe(true);
    const providers = await a.run<{ providerId: string; configured: boolean }[]>("settings", "providers", {});
    expect(providers.find((item) => item.providerId === theirs.providerId)?.configured).toBe(true);
    process.stdout.write(`isolation: ${calls} calls as the wrong tenant\n`);
  });

  it("refuses rows that point into another tenant, even inside the database", async () => {
    const insert = change(b.caller as never, (tx) =>
      tx.step.create({
        data: { id: `${theirs.runId}_X`, runId: theirs.runId, stepId: "X", sequence: 99, agentId: "x" },
      }),
    );
    await expect(insert).rejects.toThrow();
    const planted = change(b.caller as never, (tx) =>
      tx.agent.create({
        data: {
          id: newId("agent"),
          tenantId: a.tenantId,
          slug: "planted",
          name: "planted",
          createdAt: 0,
          updatedAt: 0,
        },
      }),
    );
    await expect(planted).rejects.toThrow(/row-level security|denied/i);
  });
});
