import { describe, expect, it } from "vitest";
import { parse } from "./testing/parse.ts";

describe("what the provider would run", () => {
  it.each([
    ["OpenRouter's fusion", "openai-compatible", { tools: [{ type: "openrouter:fusion" }] }],
    ["its advisor", "openai-compatible", { tools: [{ type: "openrouter:advisor" }] }],
    ["its images", "openai-compatible", { tools: [{ type: "image_generation" }] }],
    ["its plugins", "openai-compatible", { plugins: [{ id: "web" }] }],
    ["its tool beside a function", "openai-compatible", { extra_body: { tools: [{ type: "openrouter:subagent" }] } }],
    ["a body in a body", "openai-compatible", { extra_body: { extra_body: { tools: [{ type: "web_search" }] } } }],
    ["a second type, for servers that take any case", "openai", { tools: [{ type: "function", Type: "mcp" }] }],
    ["tools that are none", "openai", { tools: [{ googleSearch: {} }] }],
    ["what comes along with a function", "openai", { tools: [{ type: "function", function: {}, googleSearch: {} }] }],
    ["OpenAI's web search", "openai", { web_search_options: {} }],
    ["its interpreter", "openai", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
    ["its connectors", "openai", { tools: [{ type: "mcp", server_label: "x" }] }],
    ["Azure's data", "openai", { data_sources: [{ type: "azure_search" }] }],
    ["xAI's search", "openai-compatible", { search_parameters: { mode: "on" } }],
    ["Qwen's search", "openai-compatible", { enable_search: true }],
    ["Moonshot's", "openai-compatible", { tools: [{ type: "builtin_function", function: { name: "$web_search" } }] }],
    ["SGLang's code", "openai-compatible", { custom_logit_processor: "gASV" }],
    ["Anthropic's web search", "anthropic", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["its fetching", "anthropic", { tools: [{ type: "web_fetch_20260318", name: "web_fetch" }] }],
    ["its code execution", "anthropic", { tools: [{ type: "code_execution_20250825", name: "code_execution" }] }],
    ["its advisor", "anthropic", { tools: [{ type: "advisor_20260301", name: "advisor" }] }],
    ["its servers", "anthropic", { mcp_servers: [{ type: "url", name: "x" }] }],
    ["their tools", "anthropic", { tools: [{ type: "mcp_toolset", mcp_server_name: "x" }] }],
    ["its machine", "anthropic", { container: { skills: [] } }],
    ["Google's fetching", "google", { tools: [{ urlContext: {} }] }],
    ["the same, as it may be written, too", "google", { tools: [{ functionDeclarations: [], url_context: {} }] }],
    ["its search", "google", { tools: [{ googleSearch: {} }] }],
    ["its code execution", "google", { tools: [{ codeExecution: {} }] }],
    ["its servers", "google", { tools: [{ mcpServers: [{ name: "x" }] }] }],
  ] as const)("%s is refused", async (_, wire, fields) => {
    const refused = { code: "BAD_REQUEST", message: /that the provider runs are not offered: leave "/ };
    await expect(parse(wire, fields)).rejects.toMatchObject(refused);
  });

  it.each([{ type: "function" }, ["function"]])("a list of tools that is none is refused: %j", async (tools) => {
    await expect(parse("openai", { tools })).rejects.toMatchObject({ code: "BAD_REQUEST", message: /list of objects/ });
  });

  it.each([
    [
      "functions and custom tools",
      "openai",
      [{ type: "function", function: { name: "web_search" } }, { type: "custom" }],
    ],
    [
      "Anthropic's tools for clients",
      "anthropic",
      [
        { name: "web_search", input_schema: { type: "object" } },
        { type: "custom", name: "x", input_schema: {}, input_examples: [{ mcp: 1, model: "m" }] },
        { type: "bash_20250124", name: "bash" },
        { type: "text_editor_20250728", name: "str_replace_based_edit_tool" },
        { type: "computer_20251124", name: "computer", display_width_px: 1, display_height_px: 1 },
        { type: "memory_20250818", name: "memory" },
      ],
    ],
    ["Google's", "google", [{ functionDeclarations: [{ name: "googleSearch" }] }, { computerUse: {} }]],
  ] as const)("%s pass", async (_, wire, tools) => {
    expect(await parse(wire, { tools })).toMatchObject({ json: { tools } });
  });
});

describe("what the provider would fetch", () => {
  const url = "https://a.test/?secret";
  const user = (part: object) => ({ messages: [{ role: "user", content: [part] }] });
  it.each([
    ["an image", "openai", user({ type: "image_url", image_url: { url } })],
    ["an image, said shortly", "openai-compatible", user({ type: "image_url", image_url: url })],
    ["a film", "openai-compatible", user({ type: "video_url", video_url: { url } })],
    ["a film in pieces", "openai-compatible", user({ type: "video", video: [url] })],
    ["a file", "openai-compatible", user({ type: "file", file: { filename: "x.pdf", file_data: url } })],
    ["sound", "openai-compatible", user({ type: "input_audio", input_audio: { data: url } })],
    ["messages beside the others", "openai-compatible", { extra_body: user({ image_url: { url } }) }],
    [
      "a file of the server",
      "openai-compatible",
      user({ type: "image_url", image_url: { url: "file:///etc/passwd" } }),
    ],
    ["Anthropic's image", "anthropic", user({ type: "image", source: { type: "url", url } })],
    [
      "an image in its result",
      "anthropic",
      user({ type: "tool_result", content: [{ type: "image", source: { type: "url", url } }] }),
    ],
    [
      "an image in its document",
      "anthropic",
      user({ type: "document", source: { type: "content", content: [{ source: { type: "url", url } }] } }),
    ],
    ["Google's file", "google", { contents: [{ parts: [{ fileData: { fileUri: url } }] }] }],
    ["the same, as it may be written, too", "google", { contents: [{ parts: [{ file_data: { file_uri: url } }] }] }],
    ["one in its result", "google", { contents: [{ parts: [{ functionResponse: { parts: [{ fileData: {} }] } }] }] }],
  ] as const)("%s is refused", async (_, wire, fields) => {
    const refused = { code: "BAD_REQUEST", message: /not asked to fetch anything/ };
    await expect(parse(wire, fields)).rejects.toMatchObject(refused);
  });

  it.each([
    ["an image itself", "openai", user({ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0K" } })],
    [
      "a file itself",
      "openai",
      user({ type: "file", file: { filename: "a: b", file_data: "data:application/pdf;base64,JV" } }),
    ],
    ["sound itself", "openai", user({ type: "input_audio", input_audio: { data: "//uQ", format: "mp3" } })],
    ["text about an address", "openai", user({ type: "text", text: url })],
    ["Anthropic's image itself", "anthropic", user({ type: "image", source: { type: "base64", data: "iVBO" } })],
    ["its text", "anthropic", user({ type: "document", source: { type: "text", data: url } })],
    ["what a tool was called with", "anthropic", user({ type: "tool_use", name: "fetch", input: { url } })],
    ["what a tool said", "google", { contents: [{ parts: [{ functionResponse: { response: { url } } }] }] }],
  ] as const)("%s passes", async (_, wire, fields) => {
    expect(await parse(wire, fields)).toMatchObject({ json: fields });
  });
});
