import { describe, expect, it } from "vitest";
import { parse } from "./testing/parse.ts";

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
    ["LiteLLM's prompt", "openai-compatible", { prompt_id: "dear" }],
    ["its tags", "openai-compatible", { metadata: { tags: ["dear"] } }],
    ["its other provider", "openai-compatible", { custom_llm_provider: "anthropic" }],
    ["its parameters", "openai-compatible", { litellm_params: {} }],
    ["another engine", "openai-compatible", { engine: "dear" }],
    ["a deployment", "openai-compatible", { deployment_id: "dear" }],
    ["SGLang's adapter", "openai-compatible", { lora_path: "dear" }],
    ["LoRAX's adapter", "openai-compatible", { extra_body: { adapter_id: "dear" } }],
    ["what only looks like a schema", "openai-compatible", { x_schema: { models: ["dear"] } }],
    ["what only looks like messages", "openai-compatible", { messages: { models: ["dear"] } }],
    ["messages in another place", "openai-compatible", { options: { messages: [{ models: ["dear"] }] } }],
    ["a function in another place", "openai-compatible", { options: { function: { parameters: { model: "dear" } } } }],
    ["a body in a body's second model", "openai-compatible", { extra_body: { extra_body: { model: "dear" } } }],
    ["Anthropic's advisor", "anthropic", { tools: [{ type: "advisor_20260301", name: "advisor", model: "dear" }] }],
    ["Google's name beside the path", "google", { model: "models/dear" }],
    ["Google's routing", "google", { generationConfig: { routingConfig: { manualMode: { modelName: "dear" } } } }],
  ] as const)("%s is refused", async (_, wire, fields) => {
    await expect(parse(wire, fields)).rejects.toMatchObject({ code: "BAD_REQUEST", message: /names one model/ });
  });

  it.each([
    ["LiteLLM's address", { api_base: "https://a.test", api_key: "k" }],
    ["its other address", { extra_body: { base_url: "https://a.test" } }],
    ["its headers", { extra_headers: { authorization: "k" } }],
    ["vLLM's other host", { kv_transfer_params: { remote_host: "10.0.0.1" } }],
    ["SGLang's other host", { bootstrap_host: "10.0.0.1" }],
  ])("%s is refused", async (_, fields) => {
    const refused = { code: "BAD_REQUEST", message: /goes to its provider with its own key/ };
    await expect(parse("openai-compatible", fields)).rejects.toMatchObject(refused);
  });

  it.each(["cheap,dear", "@preset/dear", "cheap@preset/dear", "vendor/cheap:online", "vendor/cheap:online:nitro"])(
    "the name %s is refused",
    async (name) => {
      const refused = { code: "BAD_REQUEST", message: /names one model/ };
      await expect(parse("openai-compatible", {}, name)).rejects.toMatchObject(refused);
    },
  );

  const schema = { type: "object", properties: { model: { type: "string" }, route: { type: "string" } } };
  it.each([
    ["what people and tools say", "openai", { messages: [{ role: "user", content: [{ model: "x", models: [] }] }] }],
    ["a function's parameters", "openai", { tools: [{ type: "function", function: { parameters: schema } }] }],
    ["an answer's form", "openai", { response_format: { type: "json_schema", json_schema: { schema } } }],
    ["an older function", "openai", { functions: [{ name: "model", parameters: schema }] }],
    ["vLLM's answer's form", "openai-compatible", { structured_outputs: { json: schema } }],
    ["its older one", "openai-compatible", { guided_json: schema }],
    ["its older one beside the body", "openai-compatible", { extra_body: { guided_json: schema } }],
    ["Together's answer's form", "openai-compatible", { response_format: { type: "json_object", schema } }],
    ["Anthropic's answer's form", "anthropic", { output_config: { format: { type: "json_schema", schema } } }],
    ["Google's answer's form", "google", { generationConfig: { responseSchema: schema } }],
    ["its other one", "google", { generation_config: { response_json_schema: schema } }],
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
