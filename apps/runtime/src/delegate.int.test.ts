// A step that delegates: it ends its turn, waits without a process, and goes on with the answer in the place of its call.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Answer, firstDelegation, type ModelRequest } from "./test/scripted-model.ts";
import { useStage } from "./test/stage.ts";

const { play } = useStage();
const use = (name: string, args: unknown): Answer => ({ calls: [{ name, args }] });
const done = use("complete", { outputs: { report: "all good" }, summary: "Did it." });
const write = use("write", { path: "plan.md", content: "the plan" });
const spawn = use("spawn_executor", { executionPrompt: "Build it.", deviationRules: "None." });
const said = (request: ModelRequest | undefined) => JSON.stringify(request?.messages);
const answers = { [firstDelegation]: "The delegation is completed." };
const tools = ["write", "spawn_executor"];

test("the work so far is committed, and another process goes on with the answer", async () => {
  const { side, model } = await play(write, spawn, done);
  const command = { ...side.stepCommand(), tools };
  await side.send(command);
  const waits = await side.untilResult(command.commandId);
  expect(waits).toMatchObject({ outcome: "waiting", turns: 2, commitHash: side.git("rev-parse", "HEAD").trim() });
  expect(side.git("show", "HEAD:plan.md")).toBe("the plan");
  expect(model.delegated).toEqual([
    {
      url: "/v1/internal/spawn-execute",
      body: { executionPrompt: "Build it.", deviationRules: "None.", timeoutSeconds: 300 },
      headers: expect.objectContaining({ "idempotency-key": expect.stringMatching(/^[A-Za-z0-9_-]{1,128}$/) }),
    },
  ]);
  await side.shutdown();
  await side.exit;
  side.start({ COMMAND_CURSOR: await side.commandCursor() });
  await side.send({ ...command, answers });
  const result = await side.untilStatus("stepResult", 2).then((all) => all.at(-1));
  expect(result).toMatchObject({ outcome: "completed", turns: 3 });
  expect(model.requests).toHaveLength(3);
  expect(said(model.requests[2])).toContain("The delegation is completed.");
  expect(said(model.requests[2])).not.toContain("Waiting for the result");
});

test("when the conversation is lost, the answer is told with the instruction", async () => {
  const { side, model } = await play(spawn, done);
  const command = { ...side.stepCommand(), tools };
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "waiting" });
  await side.shutdown();
  await side.exit;
  rmSync(join(side.home, ".paused"), { recursive: true });
  side.start({ COMMAND_CURSOR: await side.commandCursor() });
  await side.send({ ...command, answers });
  const result = await side.untilStatus("stepResult", 2).then((all) => all.at(-1));
  expect(result).toMatchObject({ outcome: "completed", turns: 1 });
  expect(said(model.requests[1])).toMatch(/begun this step before.*The delegation is completed/);
});

test("a refusal is the tool's answer, and tools that were not named are not offered", async () => {
  const { side, model } = await play(use("spawn_executor", { executionPrompt: "refuse me" }), done);
  const command = { ...side.stepCommand(), tools };
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
  expect(said(model.requests[1])).toContain("There is no active agent.");
  const plain = { ...side.stepCommand(), commandId: "step:plain", stepId: "PLAIN", tools: [] };
  await side.send(plain);
  await side.untilResult(plain.commandId);
  const names = model.requests.at(-1)?.tools.map((tool) => tool.function?.name);
  expect(names).toContain("write");
  expect(names).not.toContain("spawn_executor");
});
