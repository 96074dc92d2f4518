// What is kept, cut and counted of a conversation.
import { expect, test } from "vitest";
import { Conversation } from "./conversation.ts";
import { pinnedFacts } from "./summary.ts";
import { charsOf, Window } from "./tokens.ts";

function fill(conversation: Conversation, turns: number, size: number): void {
  for (let turn = 0; turn < turns; turn += 1) {
    const input = { path: `f${turn}`, content: "i".repeat(size) };
    const call = { type: "tool-call", toolCallId: `c${turn}`, toolName: "write", input } as const;
    conversation.addAssistant({ role: "assistant", content: [call] });
    const output = { type: "text", value: "r".repeat(size) } as const;
    conversation.addResults([{ type: "tool-result", toolCallId: `c${turn}`, toolName: "write", output }]);
  }
}

function expectPairs(conversation: Conversation): void {
  const prompt = conversation.prompt("");
  for (const [index, message] of prompt.entries()) {
    const calls = message.role === "assistant" ? message.content.filter((part) => part.type === "tool-call") : [];
    for (const call of calls) {
      const answers = prompt[index + 1];
      expect(answers?.role === "tool" && answers.content).toMatchObject([{ toolCallId: call.toolCallId }]);
    }
    if (message.role === "tool") {
      expect(prompt[index - 1]?.role).toBe("assistant");
    }
  }
}

test("notes stand for all but the step's prompt and its last turns; calls keep their results", () => {
  const conversation = new Conversation();
  conversation.beginStep("earlier step");
  fill(conversation, 10, 500);
  conversation.beginStep("the current step");
  fill(conversation, 10, 500);
  expect(conversation.older(3)).toHaveLength(1 + 20 + 14);
  conversation.replaceOlder(3, "First notes.");
  expect(conversation.notes).toBe("First notes.");
  const said = conversation.prompt("sys");
  expect(said).toHaveLength(2 + 6);
  expect(said[1]).toEqual({
    role: "user",
    content: [{ type: "text", text: "the current step\n\n# The work so far\n\nFirst notes." }],
  });
  expectPairs(conversation);
  fill(conversation, 4, 500);
  conversation.replaceOlder(2, "Second notes.");
  const again = JSON.stringify(conversation.prompt(""));
  expect(again).toContain("Second notes.");
  expect(again).not.toContain("First notes.");
  expectPairs(conversation);
  conversation.beginStep("next");
  expect(conversation.notes).toBeNull();
});

test("old arguments and results are cut, the last turns not; squeezing bounds everything", () => {
  const conversation = new Conversation();
  conversation.beginStep("p".repeat(50_000));
  fill(conversation, 5, 10_000);
  conversation.shortenOld(3);
  const texts = conversation.prompt("").map((message) => JSON.stringify(message).length);
  expect(texts.slice(1).map((length) => length > 9000)).toEqual([false, false, false, false, ...Array(6).fill(true)]);
  conversation.squeeze(1000);
  expect(conversation.chars()).toBeLessThan(5 * 2500 + 2500);
  expectPairs(conversation);
});

test("images are bounded together, the newest stay, and none counts by its bytes", () => {
  const conversation = new Conversation();
  conversation.beginStep("look");
  for (let index = 0; index < 4; index += 1) {
    conversation.addResults([], [{ name: `${index}.png`, mediaType: "image/png", data: "A".repeat(3_000_000) }]);
  }
  const kinds = conversation
    .prompt("")
    .flatMap((message) => (message.role === "user" ? message.content.slice(1).map((part) => part.type) : []));
  expect(kinds).toEqual(["text", "text", "file", "file"]);
  expect(conversation.chars()).toBeLessThan(20_000);
  expect([conversation.dropImages("gone"), conversation.dropImages("gone")]).toEqual([true, false]);
});

test("a window learns from what the provider counted and refused", () => {
  const window = new Window({ contextWindow: 10_000, maxOutputTokens: null });
  expect(window.budget).toBe(10_000 * 0.85 - 2500);
  window.correct(8000, 4000);
  expect(window.tokens(8000)).toBe(4000);
  window.correct(1_000_000, 100);
  expect(window.tokens(6000)).toBe(1000);
  window.refused(40_000, 8192);
  expect(window.size).toBe(8192);
  expect(window.tokens(40_000)).toBeGreaterThan(8192);
  window.refused(12_000, null);
  expect(window.size).toBeLessThan(8192);
  expect(new Window({ contextWindow: null, maxOutputTokens: null }).size).toBe(100_000);
  expect(charsOf([{ type: "file", data: { type: "data", data: "x".repeat(1_000_000) } }])).toBeLessThan(7000);
});

test("pinned facts name outputs, files and decisions", () => {
  const files = new Map([["a.ts", "modify" as const]]);
  const knowledge = [{ category: "decision", content: "Use bands.", importance: "high" }];
  expect(pinnedFacts({ outputs: ["report"], memory: { files, knowledge } })).toBe(
    "## Facts\n\nOutputs to hand over with `complete`: report\n\nFiles touched in this step:\n- a.ts (modify)\n\nKnowledge shared in this step:\n- [decision] Use bands.",
  );
  expect(pinnedFacts({ outputs: [], memory: { files: new Map(), knowledge: [] } })).toBe("");
});
