import { describe, expect, it } from "vitest";
import { promptTokens } from "./estimate.ts";
import { outputAsked, sharesOf, withOutputLimit } from "./output.ts";

const letters = "A".repeat(40_000);
const image = `data:image/png;base64,${letters}`;
const tokens = (json: Record<string, unknown>, wire: Parameters<typeof outputAsked>[1]) =>
  promptTokens(json, { bytes: JSON.stringify(json).length, wire });
const message = (part: unknown) => ({ messages: [{ role: "user", content: [part] }] });

describe("a prompt", () => {
  it.each([
    ["a string", "openai", { messages: [{ role: "user", content: letters }] }],
    ["a text", "openai", message({ type: "text", text: letters })],
    ["a data URL in a text", "openai", message({ type: "text", text: image })],
    ["an image's address", "openai", message({ type: "image_url", image_url: { url: letters } })],
    ["letters beside messages", "openai", { image_url: { url: image } }],
    ["a packed text", "openai", message({ type: "file", file: { file_data: `data:text/plain;base64,${letters}` } })],
    ["a text", "anthropic", message({ type: "text", text: letters })],
    ["a document of text", "anthropic", message({ type: "document", source: { type: "text", data: letters } })],
    ["an image as OpenAI has it", "anthropic", message({ type: "image_url", image_url: { url: image } })],
    ["a text", "google", { contents: [{ parts: [{ text: letters }] }] }],
    ["a packed text", "google", { contents: [{ parts: [{ inlineData: { mimeType: "text/plain", data: letters } }] }] }],
  ] as const)("%s counts by its bytes (%s)", (_, wire, json) => {
    expect(tokens(json, wire)).toBeGreaterThanOrEqual(10_000);
  });

  const png = { type: "base64", media_type: "image/png", data: letters };
  const toolResult = { type: "tool_result", content: [{ type: "image", source: png }] };
  const inlineData = { mimeType: "image/png", data: letters };
  it.each([
    ["openai", message({ type: "image_url", image_url: { url: image } })],
    ["openai-compatible", message({ type: "input_audio", input_audio: { data: letters } })],
    ["openai", message({ type: "file", file: { file_data: `data:application/pdf;base64,${letters}` } })],
    ["anthropic", message({ type: "image", source: png })],
    ["anthropic", message(toolResult)],
    ["google", { contents: [{ parts: [{ inlineData }] }] }],
    ["google", { contents: [{ parts: [{ inline_data: { mime_type: "image/png", data: letters } }] }] }],
  ] as const)("an attachment counts as one where the wire has it (%s)", (wire, json) => {
    expect(tokens(json, wire)).toBeGreaterThanOrEqual(1500);
    expect(tokens(json, wire)).toBeLessThan(1600);
  });

  it("with addresses and with long documents counts more than its bytes say", () => {
    expect(
      tokens(message({ type: "image_url", image_url: { url: "https://x.test/y.png" } }), "openai"),
    ).toBeGreaterThan(1500);
    expect(tokens(message({ type: "image", source: { type: "url", url: "https://x" } }), "anthropic")).toBeGreaterThan(
      1500,
    );
    const data = "A".repeat(1_000_000);
    const pdf = { type: "base64", media_type: "application/pdf", data };
    expect(tokens(message({ type: "document", source: pdf }), "anthropic")).toBeGreaterThan(30_000);
  });
});

describe("an answer", () => {
  const asked = (json: Record<string, unknown>, wire: Parameters<typeof outputAsked>[1]) => {
    const output = outputAsked(json, wire);
    return [output.limit, output.hint, output.answers];
  };
  it.each([
    ["openai", { max_tokens: 5 }, [5, 0, 1]],
    ["openai", { max_completion_tokens: 1, max_tokens: 64_000 }, [64_000, 0, 1]],
    ["openai", { max_completion_tokens: 7, max_tokens: null, n: 3 }, [7, 0, 3]],
    ["openai-compatible", { max_completion_tokens: 1 }, [null, 1, 1]],
    ["openai-compatible", { max_completion_tokens: 9, max_tokens: 5 }, [9, 0, 1]],
    ["anthropic", { max_tokens: 9 }, [9, 0, 1]],
    ["google", { generationConfig: { maxOutputTokens: 8, candidateCount: 2 } }, [8, 0, 2]],
    ["google", { generation_config: { max_output_tokens: 8, candidate_count: 4 } }, [8, 0, 4]],
    ["google", { generationConfig: { maxOutputTokens: 1 }, generation_config: { maxOutputTokens: 9 } }, [9, 0, 1]],
    ["google", {}, [null, 0, 1]],
  ] as const)("of %s %j", (wire, json, expected) => {
    expect(asked(json, wire)).toEqual(expected);
  });
  it.each([
    ["openai", { max_tokens: 1e9 }],
    ["openai", { max_tokens: "64000" }],
    ["openai", { max_tokens: 0 }],
    ["openai", { max_completion_tokens: 1.5 }],
    ["openai", { n: 1000 }],
    ["openai-compatible", { max_tokens: 1, MAX_TOKENS: 64_000 }],
    ["anthropic", { max_tokens: [1] }],
    ["google", { generation_config: { max_output_tokens: -1 } }],
    ["google", { generationConfig: { candidateCount: "8" } }],
  ] as const)("of %s %j is refused", (wire, json) => {
    expect(() => outputAsked(json, wire)).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  });

  const shares = (model: string, wire: Parameters<typeof outputAsked>[1], json: Record<string, unknown>) =>
    sharesOf({ model, wire, inputTokens: 1, asked: outputAsked(json, wire) }).map((share) => [
      share.outputTokens,
      share.limit,
    ]);
  it("without a limit takes what the model can do, else a limit that is written; or a small one", () => {
    expect(shares("openai/gpt-5", "openai", { max_tokens: 100, n: 2 })).toEqual([[200, null]]);
    expect(shares("openai/gpt-5", "openai", { n: 2 })).toEqual([
      [256_000, null],
      [8192, 4096],
    ]);
    expect(shares("openrouter/anthropic/claude-sonnet-4.5", "openai-compatible", {})[0]).toEqual([64_000, null]);
    expect(shares("openai/newest", "openai", {})[0]).toEqual([16_384, 16_384]);
    // A name says nothing at a provider that somebody added.
    expect(shares("custom-mine/gpt-4", "openai-compatible", {})[0]).toEqual([16_384, null]);
    expect(shares("custom-mine/y", "openai-compatible", { max_completion_tokens: 50_000 })).toEqual([[50_000, null]]);
  });
  it("is limited where the wire has it", () => {
    expect(withOutputLimit({ max_tokens: null }, "openai", 5)).toEqual({ max_tokens: null, max_completion_tokens: 5 });
    expect(withOutputLimit({ model: "m" }, "openai-compatible", 5)).toEqual({ model: "m", max_tokens: 5 });
    expect(withOutputLimit({}, "anthropic", 5)).toEqual({ max_tokens: 5 });
    expect(withOutputLimit({ contents: [], generation_config: { topK: 1 } }, "google", 5)).toEqual({
      contents: [],
      generationConfig: { topK: 1, maxOutputTokens: 5 },
    });
  });
});
