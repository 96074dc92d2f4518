// A step that people stop in the middle and go on with, or say something to while it is worked on.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EngineSide, until } from "./test/engine-side.ts";
import type { Answer, ModelRequest } from "./test/scripted-model.ts";
import { useStage } from "./test/stage.ts";

const { play } = useStage();
const use = (name: string, args: unknown): Answer => ({ calls: [{ name, args }] });
const done = use("complete", { outputs: { report: "all good" }, summary: "Did it." });
const slow = use("bash", { command: "echo begun > begun.txt; sleep 1; echo first" });
/** The model has answered for the first time, and its tool runs. */
const atWork = (side: EngineSide) =>
  until(async () => (await side.events()).some((event) => event.type === "TOOL_CALL_START"), "a tool's start");
const said = (request: ModelRequest | undefined) => JSON.stringify(request?.messages);

test("a pause lets the turn and its tools finish, and another process goes on with the conversation", async () => {
  const { side, model } = await play(slow, use("bash", { command: "echo second" }), done);
  const command = side.stepCommand();
  await side.send(command);
  await atWork(side);
  await side.pause();
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "paused", failure: null, turns: 1 });
  expect(model.requests).toHaveLength(1);
  await side.shutdown();
  await side.exit;
  // Nothing is committed, nothing is lost.
  expect(side.git("status", "--porcelain")).toContain("begun.txt");
  const before = (await side.statuses()).length;
  side.start({ COMMAND_CURSOR: await side.commandCursor() });
  await side.send({ ...command, prompt: "Do the work. Mind the colour." });
  const result = await side.untilStatus("stepResult", 2).then((all) => all.at(-1));
  expect(result).toMatchObject({ outcome: "completed", turns: 3 });
  expect((await side.statuses()).length).toBeGreaterThan(before);
  expect(said(model.requests[1])).toContain("first");
  expect(said(model.requests[1])).toContain("Mind the colour.");
  expect(existsSync(join(side.home, ".paused", `${command.stepId}-1.json`))).toBe(false);
});

test("what cannot be read of a paused step makes it begin anew", async () => {
  const { side, model } = await play(slow, done);
  const command = side.stepCommand();
  await side.send(command);
  await atWork(side);
  await side.pause();
  await side.untilResult(command.commandId);
  await side.shutdown();
  await side.exit;
  writeFileSync(join(side.home, ".paused", `${command.stepId}-1.json`), '{"turns": 1, "conversa');
  side.start({ COMMAND_CURSOR: await side.commandCursor() });
  await side.send(command);
  const result = await side.untilStatus("stepResult", 2).then((all) => all.at(-1));
  expect(result).toMatchObject({ outcome: "completed", turns: 1 });
  expect(said(model.requests[1])).not.toContain("first");
});

test("what a person says is heard before the next turn, once", async () => {
  const { side, model } = await play(slow, use("bash", { command: "true" }), done);
  const command = side.stepCommand();
  await side.send(command);
  await atWork(side);
  await side.inject("Use the blue one.");
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
  expect(said(model.requests[0])).not.toContain("blue");
  expect(said(model.requests[1])).toContain("Use the blue one.");
  expect(said(model.requests[2])?.match(/Use the blue one/g)).toHaveLength(1);
});
