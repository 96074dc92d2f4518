/** A run as one file: what is in it, what is not, and that a long one costs no memory. */
import { newId } from "@djinnbot/contracts";
import { change } from "@djinnbot/core/change";
import { envelop, publish, runEvents } from "@djinnbot/events";
import { newTenant, testDeps } from "@djinnbot/testing";
import { afterAll, expect, it } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const api = createApi({ deps, config: { redisUrl: deps.backends.redisUrl } });
afterAll(() => api.close());
const tenant = await newTenant(deps);
await tenant.run("agents", "create", { name: "Ada", slug: "ada" });
await tenant.run("pipelines", "create", {
  yamlContent:
    "id: one\nname: One\nversion: 1.0.0\nagents:\n  - id: ada\nsteps:\n  - id: ONE\n    agent: ada\n    input: hi\n",
});

const get = (path: string, token = tenant.tokens.accessToken, signal?: AbortSignal) =>
  api.fetch(
    new Request(`http://127.0.0.1:3000${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(signal ? { signal } : {}),
    }),
    { ip: "203.0.113.7" },
  );

const secret = "sk-live0123456789abcdefghijk";
/** A run with two attempts of a step; the second is running, its end only on the stream. */
async function lived() {
  const run = await tenant.run<{ id: string }>("runs", "create", { pipelineId: "one", task: "Fix `it`\nplease" });
  const sessionId = newId("session");
  const event = (body: object) => ({ ...envelop(tenant.caller, body), runId: run.id, stepId: "ONE" });
  await change(tenant.caller as never, async (tx) => {
    await tx.session.create({
      data: { id: sessionId, agentId: "ada", source: "pipeline", sourceId: run.id, createdAt: 1 },
    });
    const step = { runId: run.id, stepId: "ONE", agentId: "ada", sessionId, startedAt: 1, inputs: { input: "Do it." } };
    await tx.step.create({
      data: {
        ...{ ...step, id: `${run.id}_1`, attempt: 1, sequence: 1, status: "failed", completedAt: 2, transcriptAt: 2 },
        ...{
          failureCode: "AGENT_FAILED",
          error: "no luck",
          commitHash: "a".repeat(40),
          commitMessage: "step/ONE (ada)",
        },
      },
    });
    await tx.step.create({
      data: { ...step, id: `${run.id}_2`, attempt: 2, sequence: 2, status: "running", transcriptCursor: "3000-0" },
    });
    const stored = (streamId: string, body: object) =>
      tx.sessionEvent.create({
        data: {
          ...{ id: newId("sessionEvent"), sessionId, streamId, timestamp: 1, data: event(body) },
          eventType: (body as { type: string }).type,
        },
      });
    await stored("1000-0", { type: "STEP_THINKING", attempt: 1, chunk: "Hm." });
    await stored("1000-1", { type: "AGENT_STATE", attempt: 1, state: "streaming", toolName: null });
    await stored("1000-2", { type: "STEP_OUTPUT", attempt: 1, chunk: "Look: ```js```" });
    const call = { attempt: 1, toolName: "bash", toolCallId: "c1" };
    await stored("1000-3", { type: "TOOL_CALL_START", ...call, args: JSON.stringify({ command: `echo ${secret}` }) });
    const result = `Authorization: Bearer abcdefghijklmnop and https://joe:hunter22@example.com/x`;
    await stored("1000-4", { type: "TOOL_CALL_END", ...call, result, isError: false, durationMs: 5 });
    const compacted = { beforeTokens: 9000, afterTokens: 2000, contextWindow: 8000, reason: "window" };
    await stored("2000-0", { type: "CONTEXT_COMPACTED", attempt: 2, ...compacted, summary: "Notes." });
    await tx.output.create({ data: { runId: run.id, key: "report", stepId: "ONE", value: "fine", updatedAt: 1 } });
    await tx.llmCallLog.create({
      data: {
        ...{ id: newId("llmCall"), runId: run.id, stepId: "ONE", provider: "p", model: "m", keyMasked: "sk-…4321" },
        ...{ keySource: "tenant", inputTokens: 7, outputTokens: 3, totalTokens: 10, createdAt: 5, status: 200 },
      },
    });
  });
  // A key that came in two pieces.
  const address = { tenantId: tenant.tenantId, runId: run.id };
  for (const chunk of [`The key is ${secret.slice(0, 9)}`, `${secret.slice(9)}.`]) {
    await publish(deps.redis, runEvents, address, event({ type: "STEP_OUTPUT", attempt: 2, chunk }));
  }
  return run.id;
}

it("holds steps, attempts, prompts, outputs, transcripts, usage and commits as JSON, and no secret", async () => {
  const runId = await lived();
  const response = await get(`/v1/runs/${runId}/export`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${runId}.json"`);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const text = await response.text();
  const file = JSON.parse(text);
  expect(file).toMatchObject({
    format: "djinnbot-run",
    version: 1,
    run: { id: runId, outputs: { report: "fine" } },
    pipeline: expect.stringContaining("id: one"),
    commits: [{ stepId: "ONE", attempt: 1, commitHash: "a".repeat(40), commitMessage: "step/ONE (ada)" }],
    modelCalls: [{ model: "p/m", inputTokens: 7, outputTokens: 3, stepId: "ONE" }],
  });
  expect(file.steps).toMatchObject([
    { stepId: "ONE", attempt: 1, prompt: "Do it.", failure: { code: "AGENT_FAILED", message: "no luck" } },
    { stepId: "ONE", attempt: 2, status: "running" },
  ]);
  const types = (at: number) => file.steps[at].transcript.map(({ type }: { type: string }) => type);
  expect(types(0)).toEqual(["STEP_THINKING", "STEP_OUTPUT", "TOOL_CALL_START", "TOOL_CALL_END"]);
  expect(types(1)).toEqual(["CONTEXT_COMPACTED", "STEP_OUTPUT"]);
  expect(file.steps[1].transcript[1].chunk).toBe("The key is [key].");
  expect(text).not.toMatch(/live0123|abcdefghijklmnop|hunter22|4321/);
  expect(text).not.toContain("keyResolution");
});

it("reads as a document, whatever its texts hold", async () => {
  const runId = await lived();
  const response = await get(`/v1/runs/${runId}/export?format=markdown`);
  expect(response.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  const text = await response.text();
  expect(text).toMatch(/^# Fix `it`\n/);
  for (const part of [
    "## ONE, attempt 1",
    "**AGENT_FAILED**: The agent reported that it could not do the step.",
    "### Prompt\n\n```\nDo it.\n```",
    "<details><summary>Thinking</summary>",
    'echo [key]"}',
    "- context compacted: 9000 → 2000 tokens\n\n```markdown\nNotes.\n```",
    `- \`${"a".repeat(40)}\` step/ONE (ada) (ONE, attempt 1)`,
    "**report**\n\n```\nfine\n```",
    "| p/m | 7 | 3 | unknown | 200 |",
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/live0123|abcdefghijklmnop|hunter22/);
});

it("is not there for others, nor in other forms, nor without the permission", async () => {
  const runId = await lived();
  expect((await get(`/v1/runs/${runId}/export?format=pdf`)).status).toBe(422);
  expect((await get("/v1/runs/nonsense/export")).status).toBe(404);
  expect((await get("/v1/runs/run_zzzzzzzzzzzzzzzz/export")).status).toBe(404);
  expect((await get(`/v1/runs/${runId}/export`, "no-token")).status).toBe(401);
  const other = await newTenant(deps);
  expect((await get(`/v1/runs/${runId}/export`, other.tokens.accessToken)).status).toBe(404);
});

it("a transcript of 25,000 entries and 50 MB is sent as it is read, and stops being read when the client goes", {
  timeout: 60_000,
}, async () => {
  const runId = await lived();
  await deps.system.pool.query(
    `INSERT INTO session_events (id, tenant_id, session_id, stream_id, event_type, timestamp, data)
     SELECT 'sev_' || $1 || n, tenant_id, session_id, '1500-' || n, 'TOOL_CALL_END', 1,
            jsonb_build_object('type', 'TOOL_CALL_END', 'stepId', step_id, 'attempt', attempt, 'toolName', 'bash', 'toolCallId', n::text,
                               'result', repeat('x ', 1000), 'isError', false, 'durationMs', 1)
     FROM steps, generate_series(1, 25000) AS n WHERE id = $1 || '_1'`,
    [runId],
  );
  const begun = performance.now();
  const response = await get(`/v1/runs/${runId}/export`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const before = process.memoryUsage().heapUsed;
  let [bytes, most, firstMs] = [0, 0, 0];
  for (let reads = 0; ; reads += 1) {
    const { done, value } = await reader.read();
    firstMs ||= performance.now() - begun;
    bytes += value?.length ?? 0;
    most = Math.max(most, reads % 50 === 0 ? process.memoryUsage().heapUsed - before : 0);
    if (done) {
      break;
    }
  }
  const lastMs = performance.now() - begun;
  expect(bytes).toBeGreaterThan(50_000_000);
  // Compared with the whole, because a busy machine is slower at both.
  expect(firstMs).toBeLessThan(lastMs / 3);
  expect(most).toBeLessThan(150_000_000);
  const left = await get(`/v1/runs/${runId}/export`);
  const leaving = (left.body as ReadableStream<Uint8Array>).getReader();
  await leaving.read();
  await leaving.cancel();
  expect(await leaving.read()).toEqual({ done: true, value: undefined });
});
