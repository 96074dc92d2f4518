/**
 * The same run against a model server that somebody else wrote, over each wire the gateway speaks: our provider path is not tested
 * against our own idea of the protocol only.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { testBackends } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPlatform, tail } from "./testing/platform.ts";

const platform = await startPlatform({ backends: await testBackends() });
const server = new LLMock({ port: 0 });
beforeAll(() => server.start());
afterAll(async () => {
  await server.stop();
  await platform.stop();
});

const text = (content: unknown): string => (typeof content === "string" ? content : JSON.stringify(content ?? ""));
/** One and the same usage in the words of every wire. */
const usage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  input_tokens: 100,
  output_tokens: 20,
  promptTokenCount: 100,
  candidatesTokenCount: 20,
  totalTokenCount: 120,
};
const tool = (name: string, args: object) => ({
  content: `I use ${name}.`,
  toolCalls: [{ name, arguments: JSON.stringify(args) }],
  usage,
});

/** What the model says in each turn of each step, told apart by what the request holds. */
const script: Record<string, (() => ReturnType<typeof tool>)[]> = {
  DESIGN: [
    () => tool("read", { path: "src/bands.js" }),
    () => tool("complete", { outputs: { design_doc: "Include the limit of a band." } }),
  ],
  IMPLEMENT: [
    () => tool("bash", { command: "node --test test/quote.js | tail -5" }),
    () => tool("edit", { path: "src/bands.js", oldText: "grams < each.maxGrams", newText: "grams <= each.maxGrams" }),
    () => tool("complete", { outputs: { summary: "The limit belongs to its band." } }),
  ],
  REVIEW: [() => tool("complete", { outputs: { review_result: "APPROVED", review_feedback: "Good." } })],
  TEST: [
    () => tool("bash", { command: "node --test test/quote.js" }),
    () => tool("complete", { outputs: { test_result: "PASS", test_report: "All pass." } }),
  ],
};

function answer(request: ChatCompletionRequest) {
  const prompts = request.messages.map((message) =>
    message.role === "user" ? /^Step: (\w+)$/m.exec(text(message.content))?.[1] : undefined,
  );
  const at = prompts.findLastIndex((step) => step !== undefined);
  const turn = request.messages.slice(at).filter((message) => message.role === "assistant").length;
  return script[prompts[at] ?? ""]?.[turn]?.() ?? { content: "I do not know this step." };
}
server.addFixture({ match: { predicate: () => true }, response: answer });

const wires = [
  { name: "OpenAI-compatible", providerId: "custom-other", model: "custom-other/some-model" },
  { name: "OpenAI", providerId: "openai", model: "openai/gpt-4o" },
  { name: "Anthropic", providerId: "anthropic", model: "anthropic/claude-sonnet-4-20250514" },
  { name: "Google", providerId: "google", model: "google/gemini-2.5-flash" },
];

describe("a model server that is not ours", () => {
  for (const wire of wires) {
    it(`${wire.name}: the feature pipeline ends with a green branch, tokens counted`, {
      timeout: 120_000,
    }, async () => {
      const { client } = await platform.tenant();
      if (wire.providerId.startsWith("custom-")) {
        await client.api.settings.createCustomProvider.mutate({
          name: "Other",
          slug: "other",
          baseUrl: `${server.url}/v1`,
          apiKey: "sk-other",
        });
      } else {
        const base = wire.providerId === "google" ? `${server.url}/v1beta` : `${server.url}/v1`;
        await client.api.settings.putProvider.mutate({
          providerId: wire.providerId,
          apiKey: "sk-other",
          baseUrl: base,
        });
      }
      const repository = await createDemoRepository(join(platform.repositoriesDir, `demo-${wire.providerId}`));
      const run = await client.api.runs.create.mutate({
        pipelineId: "feature",
        task: "Make the failing test pass.",
        repository,
        modelOverride: wire.model,
      });
      for await (const _event of client.runs.follow(run.id, { signal: AbortSignal.timeout(110_000) })) {
        // only the end matters here
      }
      const detail = await client.api.runs.get.query({ runId: run.id });
      expect(
        detail.status,
        `${JSON.stringify(detail.failure)}\n${platform.engines.map((engine) => tail(engine)).join("\n")}`,
      ).toBe("completed");
      expect(detail.steps).toHaveLength(4);
      const checkout = join(platform.dataDir, `checkout-${wire.providerId}`);
      execFileSync("git", ["clone", "-q", "--branch", `run/${run.id}`, repository, checkout]);
      execFileSync(process.execPath, ["--test", "test/quote.js"], { cwd: checkout, stdio: "pipe" });
      const calls = await client.api.llmCalls.list.query({ runId: run.id });
      expect(calls.total).toBe(8);
      expect(
        calls.calls.every(
          (call) => call.provider === wire.providerId && call.keySource !== null && call.status === 200,
        ),
      ).toBe(true);
      expect(calls.summary).toMatchObject({ totalInputTokens: 800, totalOutputTokens: 160 });
    });
  }
});
