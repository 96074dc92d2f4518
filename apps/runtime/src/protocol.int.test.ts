// What the runtime does with commands that come twice, to others, broken, or not at all.
import { expect, test } from "vitest";
import type { Answer } from "./test/scripted-model.ts";
import { useStage } from "./test/stage.ts";

const stage = useStage();
const { play } = stage;
const use = (name: string, args: unknown): Answer => ({ calls: [{ name, args }] });
const done = use("complete", { outputs: { report: "all good" }, summary: "Did it." });

test("a command sent before the runtime listens, and sent again while it works, is worked on once", async () => {
  const { side, model } = await play({ text: "hm", calls: [{ name: "bash", args: { command: "sleep 1" } }] }, done);
  const command = side.stepCommand();
  await side.send(command);
  await side.send(command);
  await side.untilStatus("stepAccepted", 2);
  await side.untilResult(command.commandId);
  expect(model.requests).toHaveLength(2);
});

test("shutdown and SIGTERM end the process with 0 and a word", async () => {
  for (const end of ["shutdown", "SIGTERM"] as const) {
    const { side } = await play(use("bash", { command: "sleep 100" }), done);
    const command = side.stepCommand();
    await side.send(command);
    await side.untilStatus("stepAccepted");
    if (end === "SIGTERM") {
      side.child?.kill("SIGTERM");
    } else {
      await side.shutdown();
    }
    expect(await side.exit).toBe(0);
    expect((await side.statuses()).at(-1)).toMatchObject({ type: "exiting", reason: end });
  }
});

test("an idle process leaves", async () => {
  const side = stage.engineSide("http://127.0.0.1:1");
  side.start({ IDLE_TIMEOUT_MS: "300" });
  expect(await side.exit).toBe(0);
  expect((await side.statuses()).at(-1)).toMatchObject({ type: "exiting", reason: "idle" });
});

test("commands of another session and broken ones are passed over", async () => {
  const { side, model } = await play(done);
  await stage.redis.xadd(
    `djinnbot:t:${side.address.tenantId}:run:${side.address.runId}:commands`,
    "*",
    "data",
    "{not json",
  );
  await side.send({ ...side.stepCommand(), sessionId: "ses_otherone" });
  const command = side.stepCommand();
  await side.send(command);
  await side.untilResult(command.commandId);
  expect(model.requests).toHaveLength(1);
  expect(side.log).toContain("a command was not understood");
});
