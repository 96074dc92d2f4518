import { describe, expect, it } from "vitest";
import { parse } from "./testing/parse.ts";

const schema = { type: "object", properties: { model: { type: "string" } }, required: ["model"] };

/** As `apps/runtime` has them from the libraries of the wires: a turn with tools, an answer in a format, and one by a tool. */
const chat = {
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }] },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "t", type: "function", function: { name: "read", arguments: '{"url":"https://a.test"}' } }],
    },
    { role: "tool", tool_call_id: "t", content: "x" },
  ],
  tools: [{ type: "function", function: { name: "read", description: "d", parameters: schema } }],
  tool_choice: { type: "function", function: { name: "read" } },
  response_format: { type: "json_schema", json_schema: { schema, strict: true, name: "o" } },
  reasoning_effort: "medium",
  stream: true,
  stream_options: { include_usage: true },
};
const anthropic = {
  max_tokens: 20_100,
  thinking: { type: "enabled", budget_tokens: 19_200 },
  output_config: { format: { type: "json_schema", schema } },
  system: [{ type: "text", text: "s" }],
  messages: [
    { role: "assistant", content: [{ type: "tool_use", id: "t", name: "read", input: { url: "https://a.test" } }] },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "t",
          content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } }],
        },
      ],
    },
  ],
  tools: [{ name: "read", description: "d", input_schema: schema, eager_input_streaming: true }],
  tool_choice: { type: "tool", name: "read" },
  stream: true,
};
const google = {
  generationConfig: {
    maxOutputTokens: 900,
    temperature: 0.2,
    responseMimeType: "application/json",
    responseJsonSchema: schema,
    thinkingConfig: { thinkingBudget: 19_661, includeThoughts: true },
  },
  contents: [
    { role: "model", parts: [{ functionCall: { id: "t", name: "read", args: { url: "https://a.test" } } }] },
    {
      role: "user",
      parts: [
        { functionResponse: { id: "t", name: "read", response: { name: "read", content: "x" } } },
        { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
      ],
    },
  ],
  systemInstruction: { parts: [{ text: "s" }] },
  tools: [{ functionDeclarations: [{ name: "read", description: "d", parametersJsonSchema: schema }] }],
  toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["read"] } },
};

describe("an ordinary call", () => {
  it.each([
    ["openai", { ...chat, max_completion_tokens: 900 }],
    ["openai-compatible", { ...chat, max_tokens: 900, temperature: 0.2 }],
    ["anthropic", anthropic],
    ["google", google],
  ] as const)("of our runtime passes on %s", async (wire, fields) => {
    expect(await parse(wire, fields)).toMatchObject({ json: fields });
  });

  it.each<object>([
    { temperature: 1, top_p: 0.9, top_k: 4, min_p: 0.1, seed: 7, frequency_penalty: 0, presence_penalty: 0 },
    { repetition_penalty: 1, logit_bias: { "50256": -100 }, logprobs: true, top_logprobs: 2, stop: ["a", "b"] },
    { n: 1, user: "u", safety_identifier: "u", metadata: { task: "t", session: "s" }, store: false },
    { store: true, parallel_tool_calls: false, service_tier: "flex", verbosity: "low" },
    { reasoning: { effort: "high", exclude: false }, include_reasoning: true, reasoning_effort: "low" },
    { thinking: { type: "enabled", budget_tokens: 1024 }, chat_template_kwargs: { enable_thinking: false } },
    { prediction: { type: "content", content: [{ type: "text", text: "x" }] } },
    { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
    { modalities: ["text", "audio"], audio: { voice: "alloy", format: "wav" } },
    { prompt_cache_key: "k", prompt_cache_retention: "24h", usage: { include: true } },
    { provider: { sort: "price", zdr: true, order: ["a"], only: ["a"], ignore: ["b"], allow_fallbacks: true } },
    {
      provider: { data_collection: "deny", max_price: { prompt: 1 }, quantizations: ["fp8"], require_parameters: true },
    },
    { transforms: ["middle-out"], tool_choice: "auto", function_call: "auto" },
    {
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function", name: "x" }] } },
    },
    { use_beam_search: true, ignore_eos: true, guided_regex: "a+", structured_outputs: { regex: "a+" } },
    { tools: null, plugins: null, enable_search: false },
    { tools: [{ type: "custom", custom: { name: "x", format: { type: "grammar", grammar: { syntax: "lark" } } } }] },
    { extra_body: { google: { thinking_config: { include_thoughts: true } } } },
  ])("%j passes on OpenAI's wire", async (fields) => {
    expect(await parse("openai-compatible", fields)).toMatchObject({ json: fields });
    expect(await parse("openai", fields)).toMatchObject({ json: fields });
  });

  it.each<object>([
    { top_k: 1, stop_sequences: ["a"], metadata: { user_id: "u" }, service_tier: "auto", inference_geo: "eu" },
    { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" }, speed: "fast" },
    { cache_control: { type: "ephemeral" }, tool_choice: { type: "auto", disable_parallel_tool_use: true } },
    { context_management: { edits: [{ type: "clear_tool_uses_20250919", exclude_tools: ["web_search"] }] } },
  ])("%j passes on Anthropic's", async (fields) => {
    expect(await parse("anthropic", fields)).toMatchObject({ json: fields });
  });

  it.each<object>([
    { safetySettings: [{ category: "c", threshold: "t" }], cachedContent: "cachedContents/x", labels: { a: "b" } },
    {
      generationConfig: {
        topK: 1,
        stopSequences: ["a"],
        responseModalities: ["TEXT"],
        seed: 1,
        responseLogprobs: true,
      },
    },
    { generationConfig: { speechConfig: { voiceConfig: {} }, imageConfig: { aspectRatio: "1:1" } } },
  ])("%j passes on Google's", async (fields) => {
    expect(await parse("google", fields)).toMatchObject({ json: fields });
  });
});
