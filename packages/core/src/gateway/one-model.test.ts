import type { ProviderWire } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { parseModelRequest } from "./request.ts";

const parse = (wire: ProviderWire, fields: object) => {
  const google = wire === "google";
  const body = Buffer.from(JSON.stringify(google ? fields : { model: "m", ...fields }));
  return parseModelRequest(body, { wire, addUsage: false, pathModel: google ? "m" : null });
};

describe("further models", () => {
  it.each([
    ["OpenRouter's list", "openai-compatible", { models: ["m", "dear"] }],
    ["its fallback route", "openai-compatible", { route: "fallback" }],
    ["its preset", "openai-compatible", { preset: "dear" }],
    ["its router", "openai-compatible", { plugins: [{ id: "auto-router", allowed_models: ["dear"] }] }],
    ["its tool", "openai-compatible", { tools: [{ type: "openrouter:fusion", parameters: { model: "dear" } }] }],
    ["Groq's compound", "openai-compatible", { compound_custom: { models: { answering_model: "dear" } } }],
    ["LiteLLM's fallbacks", "openai-compatible", { fallbacks: [{ m: ["dear"] }] }],
    ["LiteLLM's other fallbacks", "openai-compatible", { extra_body: { context_window_fallbacks: [] } }],
    ["a load balancer", "openai-compatible", { load_balancer: { type: "weight_based" } }],
    ["Vercel's gateway", "openai-compatible", { providerOptions: { gateway: { models: ["dear"] } } }],
    ["a second name, for servers that take any case", "openai-compatible", { Model: "dear" }],
    ["a name in letters that look another way", "openai-compatible", { "model\u017f": ["dear"] }],
    ["Anthropic's advisor", "anthropic", { tools: [{ type: "advisor_20260301", name: "advisor", model: "dear" }] }],
    ["Google's name beside the path", "google", { model: "models/dear" }],
    ["Google's routing", "google", { generationConfig: { routingConfig: { manualMode: { modelName: "dear" } } } }],
  ] as const)("%s is refused", async (_, wire, fields) => {
    await expect(parse(wire, fields)).rejects.toMatchObject({ code: "BAD_REQUEST", message: /names one model/ });
  });

  const schema = { type: "object", properties: { model: { type: "string" }, route: { type: "string" } } };
  it.each([
    ["what people and tools say", "openai", { messages: [{ role: "user", content: [{ model: "x", models: [] }] }] }],
    ["a function's parameters", "openai", { tools: [{ type: "function", function: { parameters: schema } }] }],
    ["an answer's form", "openai", { response_format: { type: "json_schema", json_schema: { schema } } }],
    ["a tool's input", "anthropic", { tools: [{ name: "choose_model", input_schema: schema }] }],
    ["a declared function", "google", { tools: [{ functionDeclarations: [{ name: "model", parameters: schema }] }] }],
    [
      "what Google says itself",
      "google",
      { contents: [{ role: "model", parts: [{ functionCall: { args: schema } }] }] },
    ],
    ["which hosts may answer", "openai-compatible", { provider: { order: ["a"], allow_fallbacks: false } }],
    ["nothing", "openai-compatible", { models: null }],
    ["other settings", "openai", { modalities: ["text"], reasoning_effort: "low", stream_options: {} }],
  ] as const)("%s is not taken for one", async (_, wire, fields) => {
    expect(await parse(wire, fields)).toMatchObject({ model: "m", json: fields });
  });
});
