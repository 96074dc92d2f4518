// Every wire against a server that answers in that wire's own words: addresses, headers, text, thinking, tool calls.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { AgentStepCommand } from "@djinnbot/contracts";
import { afterEach, expect, test } from "vitest";
import { Conversation } from "../context/conversation.ts";
import type { Narrator } from "../narrator.ts";
import { createModel } from "./provider.ts";
import { plainSettings, thinkingSettings } from "./settings.ts";
import { askOnce } from "./turn.ts";

type Wire = AgentStepCommand["model"]["wire"];
let close = () => undefined as unknown;
afterEach(() => close());

const chat = (deltas: object[], finish: string) =>
  [...deltas.map((delta) => ({ delta, finish: null })), { delta: {}, finish }]
    .map(({ delta, finish: reason }) => ({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: reason }],
    }))
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .concat("data: [DONE]\n\n")
    .join("");
const chatCall = [
  { role: "assistant", content: "Hello" },
  { tool_calls: [{ index: 0, id: "t1", type: "function", function: { name: "ls", arguments: "{}" } }] },
];
const anthropicEvents: object[] = [
  {
    type: "message_start",
    message: {
      id: "m",
      type: "message",
      role: "assistant",
      model: "m",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm" } },
  { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig-1" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hello" } },
  { type: "content_block_stop", index: 1 },
  { type: "content_block_start", index: 2, content_block: { type: "tool_use", id: "t1", name: "ls", input: {} } },
  { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "{}" } },
  { type: "content_block_stop", index: 2 },
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } },
  { type: "message_stop" },
];
const google = {
  candidates: [
    {
      content: {
        role: "model",
        parts: [{ text: "Hello" }, { functionCall: { name: "ls", args: {} }, thoughtSignature: "sig-1" }],
      },
      finishReason: "STOP",
    },
  ],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
};
const cases: [Wire, { path: string; key: string; answer: string }][] = [
  [
    "openai-compatible",
    { path: "/v1/llm/p/chat/completions", key: "authorization", answer: chat(chatCall, "tool_calls") },
  ],
  ["openai", { path: "/v1/llm/p/chat/completions", key: "authorization", answer: chat(chatCall, "tool_calls") }],
  [
    "anthropic",
    {
      path: "/v1/llm/p/messages",
      key: "x-api-key",
      answer: anthropicEvents
        .map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`)
        .join(""),
    },
  ],
  [
    "google",
    {
      path: "/v1/llm/p/models/m:streamGenerateContent?alt=sse",
      key: "x-goog-api-key",
      answer: `data: ${JSON.stringify(google)}\n\n`,
    },
  ],
];

async function serve(answer: string) {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    seen.push({ request, body: Buffer.concat(chunks).toString("utf8") });
    response.writeHead(200, { "content-type": "text/event-stream" }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen };
}

test.each(cases)("%s", async (wire, { path, key, answer }) => {
  const { url, seen } = await serve(answer);
  const settings = {
    providerId: "p",
    modelId: "m",
    wire,
    thinkingLevel: "off",
    temperature: null,
    maxOutputTokens: null,
  } as const;
  const model = await createModel(settings, { apiUrl: url, runKey: "the-run-key" });
  const told: string[] = [];
  const narrator: Narrator = {
    output: (chunk) => told.push(`out ${chunk}`),
    thinking: (chunk) => told.push(`think ${chunk}`),
    say: ({ type }) => told.push(type),
  };
  const user: LanguageModelV4Prompt[number] = { role: "user", content: [{ type: "text", text: "Hi" }] };
  const tools = [
    { type: "function", name: "ls", description: "List", inputSchema: { type: "object", properties: {} } } as const,
  ];
  const headers = { "x-djinnbot-step": "S" };
  const turn = await askOnce({ model, call: { prompt: [user], tools, headers }, narrator });
  expect(turn).toMatchObject({ text: "Hello", finish: "tool-calls", calls: [{ toolName: "ls", input: "{}" }] });
  expect(told).toContain("out Hello");
  const request = seen[0]?.request;
  expect(request?.url).toBe(path);
  expect(request?.headers[key]).toContain("the-run-key");
  expect(request?.headers).toMatchObject({
    authorization: "Bearer the-run-key",
    "x-djinnbot-step": "S",
  });

  // The next turn gives everything back, signatures included.
  const id = turn.calls[0]?.toolCallId ?? "";
  const output = { type: "text", value: "a.txt" } as const;
  const result: LanguageModelV4Prompt[number] = {
    role: "tool",
    content: [{ type: "tool-result", toolCallId: id, toolName: "ls", output }],
  };
  await askOnce({ model, call: { prompt: [user, turn.message, result], tools }, narrator });
  expect(seen[1]?.body).toContain("a.txt");
  if (wire === "anthropic" || wire === "google") {
    expect(seen[1]?.body).toContain("sig-1");
  }
});

const silent: Narrator = { output: () => undefined, thinking: () => undefined, say: () => undefined };
const answerOf = (wire: Wire) => cases.find(([name]) => name === wire)?.[1].answer ?? "";
const thinkers: [Wire, string, object, object][] = [
  ["openai", "gpt-5.1", { reasoning_effort: "high" }, { reasoning_effort: "low" }],
  ["openai-compatible", "any-model", { reasoning_effort: "high" }, { reasoning_effort: "low" }],
  [
    "anthropic",
    "claude-sonnet-4-5",
    { thinking: { type: "enabled", budget_tokens: 38_400 } },
    { thinking: { type: "enabled", budget_tokens: 6400 } },
  ],
  [
    "google",
    "gemini-2.5-flash",
    { generationConfig: { thinkingConfig: { thinkingBudget: 24_576, includeThoughts: true } } },
    { generationConfig: { thinkingConfig: { thinkingBudget: 6554, includeThoughts: true } } },
  ],
  [
    "google",
    "gemini-3-pro-preview",
    { generationConfig: { thinkingConfig: { thinkingLevel: "high", includeThoughts: true } } },
    { generationConfig: { thinkingConfig: { thinkingLevel: "low", includeThoughts: true } } },
  ],
];
test.each(thinkers)("thinking on %s, %s", async (wire, modelId, high, low) => {
  const { url, seen } = await serve(answerOf(wire));
  const tools = [
    { type: "function", name: "ls", description: "List", inputSchema: { type: "object", properties: {} } } as const,
  ];
  for (const thinkingLevel of ["off", "low", "high"] as const) {
    const settings = { providerId: "p", modelId, wire, thinkingLevel, temperature: null, maxOutputTokens: 4000 };
    const model = await createModel(settings, { apiUrl: url, runKey: "k" });
    const user: LanguageModelV4Prompt[number] = { role: "user", content: [{ type: "text", text: "Hi" }] };
    const call = { prompt: [user], tools, ...plainSettings(settings), ...thinkingSettings(settings) };
    await askOnce({ model, call, narrator: silent });
  }
  const [off, lowBody, highBody] = seen.map(({ body }) => JSON.parse(body));
  expect(JSON.stringify(off)).not.toMatch(/reasoning_effort|"thinking"|thinkingConfig/);
  expect(lowBody).toMatchObject(low);
  expect(highBody).toMatchObject(high);
  if (wire === "anthropic") {
    // The answer has its room beside the thinking.
    expect(highBody.max_tokens).toBe(42_400);
  }
});

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
test.each<[Wire, object]>([
  ["openai", { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } }],
  ["openai-compatible", { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } }],
  ["anthropic", { type: "image", source: { type: "base64", media_type: "image/png", data: pixel } }],
  ["google", { inlineData: { mimeType: "image/png", data: pixel } }],
])("an image on %s", async (wire, part) => {
  const { url, seen } = await serve(answerOf(wire));
  const settings = { providerId: "p", modelId: "m", wire, thinkingLevel: "off", temperature: null } as const;
  const model = await createModel({ ...settings, maxOutputTokens: null }, { apiUrl: url, runKey: "k" });
  const conversation = new Conversation();
  conversation.beginStep("Look at it.");
  const call = { type: "tool-call", toolCallId: "t1", toolName: "read", input: { path: "a.png" } } as const;
  conversation.addAssistant({ role: "assistant", content: [call] });
  const output = { type: "text", value: "It is shown below." } as const;
  conversation.addResults(
    [{ type: "tool-result", toolCallId: "t1", toolName: "read", output }],
    [{ name: "a.png", mediaType: "image/png", data: pixel }],
  );
  await askOnce({ model, call: { prompt: conversation.prompt("sys") }, narrator: silent });
  const { messages, contents } = JSON.parse(seen[0]?.body ?? "{}");
  const last = (messages ?? contents).at(-1);
  expect(last.role).toBe("user");
  expect(last.content ?? last.parts).toContainEqual(part);
});
