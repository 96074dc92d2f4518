import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { jsonSchema, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoModel, startDemoModel } from "./server.ts";

const key = `key-${crypto.randomUUID()}`;
let model: DemoModel;
beforeAll(async () => {
  model = await startDemoModel({ key, chunkDelayMs: 0 });
});
afterAll(() => model.stop());

const stepPrompt = "Pipeline: nobody-knows\nStep: WORK\nAttempt: 1\n\n## Task\nSay hello.";
const offered = (...names: string[]) => names.map((name) => ({ type: "function", function: { name, parameters: {} } }));

function post(body: unknown, options: { key?: string; signal?: AbortSignal } = {}) {
  return fetch(`${model.url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${options.key ?? key}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(options.signal && { signal: options.signal }),
  });
}

interface Chunk {
  id: string;
  object: string;
  choices: {
    index: number;
    finish_reason: string | null;
    delta: {
      role?: string;
      content?: string;
      reasoning_content?: string;
      tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[];
    };
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
}

async function readEvents(response: Response): Promise<Chunk[]> {
  const events = (await response.text()).split("\n\n").filter(Boolean);
  expect(events.every((event) => event.startsWith("data: "))).toBe(true);
  expect(events.at(-1)).toBe("data: [DONE]");
  return events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as Chunk);
}

describe("streamed", () => {
  it("sends role, text, tool calls in fragments, finish reason, usage and [DONE]", async () => {
    const response = await post({
      model: "demo-agent",
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "system", content: "Required outputs: review_result, summary" },
        { role: "user", content: stepPrompt },
      ],
      tools: offered("complete"),
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const chunks = await readEvents(response);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks.every((chunk) => chunk.object === "chat.completion.chunk")).toBe(true);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    expect(deltas.map((delta) => delta.content ?? "").join("")).not.toBe("");
    const calls = deltas.flatMap((delta) => delta.tool_calls ?? []);
    expect(calls[0]).toMatchObject({ index: 0, function: { name: "complete", arguments: "" } });
    expect(calls[0]?.id).toMatch(/^call_/);
    expect(calls.slice(1).every((call) => call.id === undefined && call.index === 0)).toBe(true);
    const args = JSON.parse(calls.map((call) => call.function.arguments).join("")) as { outputs: object };
    expect(args.outputs).toMatchObject({ review_result: "NOT_RUN", summary: expect.stringContaining("demo model") });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("tool_calls");
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.total_tokens).toBe(
      (last?.usage?.prompt_tokens ?? 0) + (last?.usage?.completion_tokens ?? Number.NaN),
    );
  });

  it("leaves usage out unless it is asked for, and ends a text with stop", async () => {
    const chunks = await readEvents(
      await post({ model: "demo-agent", stream: true, messages: [{ role: "user", content: "Hello?" }] }),
    );
    expect(chunks.some((chunk) => chunk.usage)).toBe(false);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });

  it("is understood by the AI SDK: text, thinking, tool call and usage", async () => {
    const provider = createOpenAICompatible({ name: "demo", baseURL: model.url, apiKey: key, includeUsage: true });
    const result = streamText({
      model: provider("demo-agent"),
      messages: [{ role: "user", content: `Pipeline: test-simple\nStep: ANALYZE\n\n## Task\nCount to three.` }],
      tools: {
        complete: tool({
          inputSchema: jsonSchema<{ outputs: Record<string, string> }>({ type: "object", additionalProperties: true }),
        }),
      },
    });
    expect(await result.text).toContain("scripted");
    expect(await result.reasoningText).toContain("three steps");
    const [call] = await result.toolCalls;
    expect(call?.toolName).toBe("complete");
    expect(call?.input).toMatchObject({ outputs: { analysis: expect.stringContaining("Count to three.") } });
    expect(await result.finishReason).toBe("tool-calls");
    expect((await result.usage).outputTokens).toBeGreaterThan(0);
  });
});

describe("whole", () => {
  it("answers with message, tool calls and usage", async () => {
    const response = await post({
      model: "demo-noop",
      messages: [{ role: "user", content: [{ type: "text", text: stepPrompt }] }],
      tools: offered("complete", "bash"),
    });
    const body = (await response.json()) as { object: string; choices: { finish_reason: string; message: object }[] };
    expect(body.object).toBe("chat.completion");
    expect(body.choices[0]?.finish_reason).toBe("tool_calls");
    expect(body.choices[0]?.message).toMatchObject({ role: "assistant", tool_calls: [{ type: "function" }] });
  });

  it("gives KEY: value lines when no completion tool is offered", async () => {
    const prompt = "Pipeline: test-simple\nStep: SUMMARIZE\nRequired outputs: summary";
    const response = await post({ model: "demo-agent", messages: [{ role: "user", content: prompt }] });
    const body = (await response.json()) as { choices: { message: { content: string } }[] };
    expect(body.choices[0]?.message.content).toMatch(/^summary: \S/m);
  });

  it("gives the same turn for the same request, from this server or another", async () => {
    const other = await startDemoModel({ key, chunkDelayMs: 0 });
    const request = {
      model: "demo-agent",
      messages: [
        { role: "user", content: stepPrompt },
        {
          role: "assistant",
          content: "Looking.",
          tool_calls: [{ id: "a", type: "function", function: { name: "ls" } }],
        },
        { role: "tool", tool_call_id: "a", content: "README.md" },
        { role: "user", content: "Go on." },
      ],
      tools: offered("ls", "write", "complete"),
    };
    const answers = await Promise.all(
      [model.url, model.url, other.url].map(async (url) => {
        const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
        const response = await fetch(`${url}/chat/completions`, {
          method: "POST",
          headers,
          body: JSON.stringify(request),
        });
        const body = (await response.json()) as { choices: { message: { tool_calls: { function: object }[] } }[] };
        return body.choices[0]?.message.tool_calls.map((call) => call.function);
      }),
    );
    await other.stop();
    expect(answers[0]).toMatchObject([{ name: "write", arguments: expect.stringContaining("README.md") }]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe("refusals and faults", () => {
  const hello = { messages: [{ role: "user", content: "Hello" }] };

  it.each([
    ["a wrong key", { ...hello, model: "demo-agent" }, { key: "wrong" }, 401, "invalid_api_key"],
    ["an unknown model", { ...hello, model: "gpt-none" }, {}, 404, "model_not_found"],
    ["broken JSON", "{", {}, 400, null],
    ["no messages", { model: "demo-agent", messages: [] }, {}, 400, null],
    ["demo-error-401", { ...hello, model: "demo-error-401" }, {}, 401, "invalid_api_key"],
    ["demo-error-500", { ...hello, model: "demo-error-500" }, {}, 500, null],
    ["demo-error-400", { ...hello, model: "demo-error-400" }, {}, 400, "context_length_exceeded"],
  ])("answers %s in OpenAI's error shape", async (_name, body, options, status, code) => {
    const response = await post(body, options);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: { message: expect.stringMatching(/\S/), type: expect.stringMatching(/\S/), param: null, code },
    });
  });

  it("demo-error-429 refuses the same request twice with Retry-After, then answers", async () => {
    const body = { model: "demo-error-429", messages: [{ role: "user", content: crypto.randomUUID() }] };
    const first = await post(body);
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await post(body)).status).toBe(429);
    expect((await post(body)).status).toBe(200);
  });

  it("demo-cut breaks the stream once, then answers whole", async () => {
    const body = { model: "demo-cut", stream: true, messages: [{ role: "user", content: crypto.randomUUID() }] };
    await expect(post(body).then((response) => response.text())).rejects.toThrow();
    expect(await (await post(body)).text()).toContain("[DONE]");
  });

  it("demo-hang never answers", async () => {
    const gone = new AbortController();
    const answer = post({ ...hello, model: "demo-hang" }, { signal: gone.signal });
    const logged = { model: "demo-hang", playbook: "generic.chat", status: 0 };
    await expect.poll(() => model.requests.at(-1)).toMatchObject(logged);
    gone.abort();
    await expect(answer).rejects.toThrow();
    expect(model.requests.at(-1)).toMatchObject(logged);
  });

  it("lists its models and serves its log", async () => {
    const headers = { authorization: `Bearer ${key}` };
    const models = (await (await fetch(`${model.url}/models`, { headers })).json()) as { data: { id: string }[] };
    expect(models.data.map((each) => each.id)).toContain("demo-agent");
    expect((await fetch(`${model.url}/models`)).status).toBe(401);
    await post({ model: "demo-noop", messages: [{ role: "user", content: stepPrompt }], tools: offered("complete") });
    const logged = (await (await fetch(new URL("/__log", model.url))).json()) as { requests: object[] };
    expect(logged.requests.at(-1)).toMatchObject({ model: "demo-noop", pipeline: "nobody-knows", step: "WORK" });
  });
});

it("refuses a schema that asks for more than it could hold", { timeout: 30_000 }, async () => {
  const list = (minItems: number, items: object) => ({ type: "array", minItems, maxItems: minItems, items });
  const self = { type: "object", properties: { again: { $ref: "#" } } };
  for (const schema of [list(10_000, list(10_000, {})), { type: "string", minLength: 1e12 }, list(1e300, {}), self]) {
    const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
    const messages = [{ role: "user", content: "x" }];
    const response = await post({ model: "demo-agent", messages, response_format });
    expect([response.status, schema]).toEqual([expect.toSatisfy((status) => status === 400 || status === 500), schema]);
  }
});
