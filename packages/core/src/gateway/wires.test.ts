import { describe, expect, it } from "vitest";
import { observe } from "./observe.ts";
import { costOf } from "./prices.ts";
import { parseModelRequest } from "./request.ts";
import { downstreamHeaders, gatewayAuthorization, parseCall, upstreamHeaders } from "./wires.ts";

const none = new URLSearchParams();
const events = (...messages: unknown[]) => messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");
const watch = (wire: Parameters<typeof observe>[0], type: string, text: string, size = 7) => {
  const observer = observe(wire, type);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    observer.push(bytes.subarray(at, at + size));
  }
  return observer.end();
};

describe("paths", () => {
  it.each([
    ["openai", "POST", "chat/completions"],
    ["openai-compatible", "POST", "/chat/completions"],
    ["openai-compatible", "GET", "models"],
    ["anthropic", "POST", "messages"],
    ["google", "POST", "models/gemini-2.5-pro:generateContent"],
    ["google", "POST", "models/gemini-2.5-pro:streamGenerateContent"],
  ] as const)("%s %s %s is offered", (wire, method, path) => {
    expect(parseCall(wire, { method, path, query: none })).not.toBeNull();
  });
  it.each([
    ["openai", "POST", "files"],
    ["openai", "DELETE", "models/x"],
    ["openai", "GET", "chat/completions"],
    ["openai", "POST", "../organization/api_keys"],
    ["anthropic", "POST", "messages/batches"],
    ["google", "POST", "models/a/../../x:generateContent"],
    ["google", "POST", "models/x:countTokens"],
    ["google", "POST", "chat/completions"],
  ] as const)("%s %s %s is not", (wire, method, path) => {
    expect(parseCall(wire, { method, path, query: none })).toBeNull();
  });
  it("passes no query but the one that asks for events", () => {
    const query = new URLSearchParams("alt=sse&key=stolen&$x=1");
    const path = "models/m:streamGenerateContent";
    expect(parseCall("google", { method: "POST", path, query })?.path).toBe(`/${path}?alt=sse`);
  });
});

describe("headers", () => {
  it("replace the run key by the provider's and pass nothing private up or down", () => {
    const incoming = new Headers({
      authorization: "Bearer djb_run_x",
      cookie: "a=b",
      "x-djinnbot-step": "s",
      "content-type": "application/json",
      "anthropic-beta": "b",
    });
    expect(upstreamHeaders({ wire: "anthropic", apiKey: "sk-real" }, incoming)).toEqual({
      "user-agent": "djinnbot",
      "accept-encoding": "identity",
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "b",
      "content-type": "application/json",
      "x-api-key": "sk-real",
    });
    const down = downstreamHeaders({ "set-cookie": ["x"], "retry-after": "3", "openai-organization": "org" });
    expect([...down.keys()].sort()).toEqual(["retry-after", "x-accel-buffering"]);
  });
  it("find the run key where each wire's client puts it", () => {
    expect(gatewayAuthorization(new Headers({ "x-api-key": "k" }))).toBe("Bearer k");
    expect(gatewayAuthorization(new Headers({ "x-goog-api-key": "k" }))).toBe("Bearer k");
    expect(gatewayAuthorization(new Headers({ authorization: "Bearer a" }))).toBe("Bearer a");
    expect(gatewayAuthorization(new Headers())).toBeNull();
  });
});

describe("requests", () => {
  const parse = async (json: unknown, addUsage = true) =>
    (
      await parseModelRequest(Buffer.from(JSON.stringify(json)), { wire: "openai", pathModel: null, addUsage })
    ).body.toString();
  it("ask for usage in streams that do not yet, and are else untouched", async () => {
    const asked = JSON.parse(await parse({ model: "m", stream: true, stream_options: { a: 1 } }));
    expect(asked).toEqual({ model: "m", stream: true, stream_options: { a: 1, include_usage: true } });
    for (const json of [{ model: "m" }, { model: "m", stream: true, stream_options: { include_usage: true } }]) {
      expect(await parse(json)).toBe(JSON.stringify(json));
    }
    expect(await parse({ model: "m", stream: true }, false)).not.toContain("include_usage");
  });
  it.each([[[]], ["text"], [{}], [{ model: 1 }], [{ model: "two words" }]])("refuses %j", async (json) => {
    await expect(parse(json)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("usage", () => {
  const sse = "text/event-stream; charset=utf-8";
  it("of an OpenAI stream, cut anywhere", () => {
    const text = `${events(
      { choices: [{ index: 0, delta: { reasoning_content: "höm" } }] },
      {
        choices: [
          { index: 0, delta: { tool_calls: [{ index: 0, id: "a", function: { name: "x", arguments: "{" } }] } },
        ],
      },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: "}" } }] } }] },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 1, id: "b", function: { name: "y" } }] } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      {
        choices: [],
        usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } },
      },
    )}data: [DONE]\n\n`;
    for (const size of [1, 3, 50, 10_000]) {
      expect(watch("openai", sse, text, size)).toEqual({
        usage: { input: 40, output: 20, cacheRead: 60, cacheWrite: 0 },
        toolCalls: 2,
        hasThinking: true,
        stopReason: "tool_calls",
        error: null,
        chars: 5,
      });
    }
  });
  it("of a whole OpenAI answer, and none of one that is not JSON", () => {
    const answer = {
      choices: [
        { index: 0, message: { content: "hi", tool_calls: [{ id: "a" }, { id: "b" }] }, finish_reason: "stop" },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    };
    const seen = watch("openai-compatible", "application/json", JSON.stringify(answer));
    expect(seen).toMatchObject({ usage: { input: 3, output: 1 }, toolCalls: 2, stopReason: "stop" });
    expect(watch("openai", "text/html", "<html>").usage).toBeNull();
  });
  it("of an answer that is too much to read is guessed from its length", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1 };
    const logprobs = Array.from({ length: 250_000 }, () => []);
    const text = JSON.stringify({ choices: [{ message: { content: "hi" }, logprobs }], usage });
    const whole = watch("openai", "application/json", text, 65_536);
    expect(whole).toMatchObject({ usage: null, chars: text.length });
    expect(
      watch("openai", sse, `${events(JSON.parse(text))}${events({ choices: [], usage })}`, 65_536).usage,
    ).not.toBeNull();
    const long = watch("openai", "application/json", `{"x":"${"x".repeat(17 * 1024 * 1024)}"}`, 1024 * 1024);
    expect(long).toMatchObject({ usage: null });
    expect(long.chars).toBeGreaterThan(17 * 1024 * 1024);
  });
  it("of an Anthropic stream: the last word on output, cache parts apart", () => {
    const text = events(
      {
        type: "message_start",
        message: {
          usage: { input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 9, output_tokens: 1 },
        },
      },
      { type: "content_block_start", content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_start", content_block: { type: "tool_use" } },
      { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: "{}" } },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 33 } },
    );
    expect(watch("anthropic", sse, text)).toMatchObject({
      usage: { input: 5, output: 33, cacheRead: 7, cacheWrite: 9 },
      toolCalls: 1,
      hasThinking: true,
      stopReason: "tool_use",
    });
    const broken = events({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    expect(watch("anthropic", sse, broken).error).toBe("Overloaded");
  });
  it("of a Google stream, as events and as an array", () => {
    const messages = [
      { candidates: [{ content: { parts: [{ text: "x", thought: true }] } }] },
      {
        candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] }, finishReason: "STOP" }],
        usageMetadata: {
          promptTokenCount: 10,
          candidatesTokenCount: 4,
          thoughtsTokenCount: 6,
          cachedContentTokenCount: 3,
        },
      },
    ];
    const expected = { usage: { input: 7, output: 10, cacheRead: 3, cacheWrite: 0 }, toolCalls: 1, stopReason: "STOP" };
    expect(watch("google", sse, events(...messages))).toMatchObject(expected);
    expect(watch("google", "application/json", JSON.stringify(messages))).toMatchObject(expected);
  });
});

describe("cost", () => {
  const usage = { input: 1_000_000, output: 100_000, cacheRead: 2_000_000, cacheWrite: 0 };
  const price = { inputMicros: 3_000_000, outputMicros: 15_000_000, cacheReadMicros: 300_000, cacheWriteMicros: null };
  it("is in whole micro-dollars", () => {
    expect(costOf(usage, price, false)).toEqual({
      inputMicros: 3_600_000,
      outputMicros: 1_500_000,
      totalMicros: 5_100_000,
      approximate: false,
    });
    expect(costOf({ ...usage, input: 1, output: 0, cacheRead: 0 }, price, true)).toMatchObject({
      totalMicros: 3,
      approximate: true,
    });
  });
  it("is unknown without a price", () => {
    expect(costOf(usage, null, false)).toMatchObject({ totalMicros: null, approximate: true });
  });
});
