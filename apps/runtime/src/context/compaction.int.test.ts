// Long steps against a model server that enforces a small window, over real HTTP.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Answer, ModelRequest } from "../test/scripted-model.ts";
import { useStage } from "../test/stage.ts";

const stage = useStage();
const charsPerToken = 4;
const tokensOf = (request: ModelRequest) => Math.ceil(JSON.stringify(request.messages).length / charsPerToken);
const isNotes = (request: ModelRequest) =>
  JSON.stringify(request.messages[0]).includes("You keep the notes of an agent");
const said = (request: ModelRequest) => JSON.stringify(request.messages);
const use = (name: string, args: unknown): Answer => ({ calls: [{ name, args }] });

/** Reads file after file, writes one, then completes; refuses what is longer than its window as real servers do. */
function windowed(options: { window: number; turns: number; notes?: Answer }) {
  let turn = 0;
  const refusals: number[] = [];
  const script = (request: ModelRequest): Answer => {
    const tokens = tokensOf(request);
    if (tokens > options.window) {
      refusals.push(tokens);
      const message = `This model's maximum context length is ${options.window} tokens. However, your messages resulted in ${tokens} tokens.`;
      return { status: 400, body: { error: { message, code: "context_length_exceeded" } } };
    }
    if (isNotes(request)) {
      return options.notes ?? { text: "## Decisions\nThe limit is inclusive.\n## Open points\nFile 39 is next." };
    }
    turn += 1;
    const answer =
      turn === 2
        ? use("write", { path: "src/early.ts", content: "export {};\n" })
        : turn <= options.turns
          ? use("read", { path: `f${turn}.txt` })
          : use("complete", { outputs: { report: "all read" } });
    return { ...answer, inputTokens: tokens };
  };
  return { script, refusals };
}

async function play(options: Parameters<typeof windowed>[0] & { contextWindow: number | null; prompt?: string }) {
  const { script, refusals } = windowed(options);
  const { side, model } = await stage.play(script);
  for (let index = 0; index <= options.turns; index += 1) {
    writeFileSync(join(side.workspace, `f${index}.txt`), `file ${index}\n`.repeat(400));
  }
  const base = side.stepCommand();
  const command = side.stepCommand({
    prompt: options.prompt ?? "Read every file. The secret word is marmalade.",
    maxTurns: 100,
    model: { ...base.model, contextWindow: options.contextWindow },
  });
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  const compactions = (await side.events()).filter((event) => event.type === "CONTEXT_COMPACTED");
  return { result, model, refusals, compactions, side };
}

test("forty turns in a window of 8,000 tokens: nothing is refused, the task and the facts stay", async () => {
  const { result, model, refusals, compactions, side } = await play({ window: 8000, turns: 40, contextWindow: 8000 });
  expect(result).toMatchObject({ outcome: "completed", outputs: { report: "all read" }, turns: 41 });
  expect(refusals).toEqual([]);
  expect(compactions.length).toBeGreaterThan(2);
  for (const compaction of compactions) {
    expect(compaction).toMatchObject({ reason: "window", contextWindow: 8000 });
    expect(compaction.afterTokens).toBeLessThan(compaction.beforeTokens);
  }
  const last = model.requests.at(-1) as ModelRequest;
  expect(said(last)).toContain("marmalade");
  expect(said(last)).toContain("The limit is inclusive.");
  expect(said(last)).toContain("Outputs to hand over with `complete`: report");
  expect(said(last)).toContain("src/early.ts (create)");
  expect(compactions.at(-1)?.summary).toContain("File 39 is next.");
  // The notes are asked for without tools, and are no part of what the agent says.
  expect(model.requests.filter(isNotes).every((request) => request.tools.length === 0)).toBe(true);
  expect((await side.events()).some((event) => event.type === "STEP_OUTPUT")).toBe(false);
  for (const request of model.requests) {
    const calls = request.messages.flatMap((message) => (message.tool_calls as { id: string }[] | undefined) ?? []);
    const answers = request.messages.flatMap((message) => (message.role === "tool" ? [message.tool_call_id] : []));
    expect(answers).toEqual(calls.map((call) => call.id));
  }
});

test("a window that nobody knew is learned from the refusal, once, and kept to", async () => {
  const { result, refusals, compactions } = await play({ window: 6000, turns: 20, contextWindow: null });
  expect(result).toMatchObject({ outcome: "completed" });
  expect(refusals).toHaveLength(1);
  expect(compactions[0]).toMatchObject({ reason: "refused", contextWindow: 6000 });
  expect(compactions.slice(1).every((compaction) => compaction.reason === "window")).toBe(true);
});

test("a model that cannot write notes does not end the step: what was called is listed instead", async () => {
  const notes: Answer = { status: 400, body: { error: { message: "no" } } };
  const { result, model } = await play({ window: 8000, turns: 20, contextWindow: 8000, notes });
  expect(result).toMatchObject({ outcome: "completed" });
  expect(said(model.requests.at(-1) as ModelRequest)).toContain("These tools were called:");
});

test("a prompt that is longer than the window is cut, and one that nothing helps ends the step after one more try", async () => {
  const long = await play({
    window: 8000,
    turns: 3,
    contextWindow: 8000,
    prompt: `begin ${"word ".repeat(20_000)} end`,
  });
  expect(long.result).toMatchObject({ outcome: "completed" });
  expect(long.refusals).toEqual([]);
  const never = await play({ window: 10, turns: 3, contextWindow: null });
  expect(never.result.failure).toMatchObject({ code: "MODEL_REFUSED", message: expect.stringContaining("10 tokens") });
  expect(never.refusals.length).toBeLessThanOrEqual(3);
});

test("an abort while notes are written ends the step", async () => {
  const { script } = windowed({ window: 8000, turns: 40, notes: { hang: true } });
  const { side, model } = await stage.play(script);
  for (let index = 0; index <= 40; index += 1) {
    writeFileSync(join(side.workspace, `f${index}.txt`), `file ${index}\n`.repeat(400));
  }
  const base = side.stepCommand();
  const command = side.stepCommand({ maxTurns: 100, model: { ...base.model, contextWindow: 8000 } });
  await side.send(command);
  await expect.poll(() => model.requests.some(isNotes), { timeout: 10_000 }).toBe(true);
  await side.abort("cancelled");
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "aborted" });
});

test("a model that takes no images goes on with a sentence in the place of one, and is shown none again", async () => {
  const hasImage = (request: ModelRequest) => said(request).includes("image_url");
  let turn = 0;
  const script = (request: ModelRequest): Answer => {
    if (hasImage(request)) {
      return { status: 400, body: { error: { message: "This model does not support image input." } } };
    }
    turn += 1;
    return turn < 3 ? use("read", { path: "a.png" }) : use("complete", { outputs: { report: "blind" } });
  };
  const { side, model } = await stage.play(script);
  writeFileSync(join(side.workspace, "a.png"), Buffer.from("89504e470d0a1a0a00", "hex"));
  const command = side.stepCommand();
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed", turns: 3 });
  expect(model.requests.map(hasImage)).toEqual([false, true, false, false]);
  expect(said(model.requests[2] as ModelRequest)).toContain("this model does not take images. Find another way");
  expect(said(model.requests[3] as ModelRequest)).toContain("and this model does not take images");
});
