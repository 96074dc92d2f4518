// Whole steps through real streams, a real process, a real working copy and a scripted model.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { type EngineSide, until } from "./test/engine-side.ts";
import { type Answer, startScriptedModel } from "./test/scripted-model.ts";
import { useStage } from "./test/stage.ts";

const stage = useStage();
const { play, closing } = stage;
const use = (name: string, args: unknown): Answer => ({ calls: [{ name, args }] });
const done = use("complete", { outputs: { report: "all good" }, summary: "Did it." });

test("a step works, narrates, commits and tells its result until it is acknowledged", async () => {
  const { side, model } = await play(
    { thinking: "I look first.", text: "Let me look.", calls: [{ name: "read", args: { path: "README.md" } }] },
    use("write", { path: "src/a.txt", content: "one\n" }),
    use("bash", { command: "echo two >> src/a.txt; echo new > b.txt; env; cat /proc/$PPID/environ" }),
    use("share_knowledge", { category: "decision", content: "Files go to src." }),
    done,
  );
  await side.untilStatus("ready");
  const command = side.stepCommand();
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  expect(result).toMatchObject({ outcome: "completed", outputs: { report: "all good" }, failure: null, turns: 5 });
  expect(result.summary).toBe("Did it.\n\nShared knowledge:\n- [decision, medium] Files go to src.");
  expect(result.commitHash).toBe(side.git("rev-parse", "HEAD"));
  expect(side.git("log", "-1", "--format=%an %ae %cn|%s")).toBe("Ada ada@example.com Ada|ada: the work");
  expect(side.git("status", "--porcelain")).toBe("");
  expect(readFileSync(join(side.workspace, "src/a.txt"), "utf8")).toBe("one\ntwo\n");

  const events = await side.events();
  const types = events.map((event) => event.type);
  expect(types.filter((type) => type === "TOOL_CALL_START")).toHaveLength(5);
  expect(events.filter((event) => event.type === "STEP_OUTPUT").map((event) => event.chunk)).toEqual(["Let me look."]);
  expect(events.find((event) => event.type === "STEP_THINKING")).toMatchObject({
    chunk: "I look first.",
    requestId: command.commandId,
  });
  const files = events.flatMap((event) => (event.type === "FILE_CHANGED" ? [`${event.action} ${event.path}`] : []));
  expect(files).toEqual(["create src/a.txt", "create b.txt", "modify src/a.txt"]);
  const shellEnv = events.find((event) => event.type === "TOOL_CALL_END" && event.toolName === "bash");
  expect(JSON.stringify(shellEnv)).not.toMatch(/rk-of-this-run|redis:/);
  expect(types.at(-1)).toBe("AGENT_STATE");

  expect(model.requests[0]?.url).toBe("/v1/llm/scripted/chat/completions");
  expect(model.requests[0]?.headers).toMatchObject({ authorization: "Bearer rk-of-this-run" });

  const repeated = await side.untilStatus("stepResult", 2);
  expect(repeated[1]).toEqual(repeated[0]);
  await side.ack(command.commandId);
  await side.send(command);
  await side.untilStatus("stepAccepted", 2);
  await side.untilStatus("stepResult", 3);
  expect(model.requests).toHaveLength(5);
});

test("names that git keeps for itself are left out and told, and the rest is committed", async () => {
  const names = [".GIT/config", "sub/.Git/hooks/post-checkout", "git~1/config"];
  const command = `for f in ${names.join(" ")} a.txt sub/b.txt; do mkdir -p $(dirname $f); echo x > $f; done`;
  const { side } = await play(use("bash", { command }), done);
  await side.untilStatus("ready");
  const step = side.stepCommand();
  await side.send(step);
  const result = await side.untilResult(step.commandId);
  expect(result).toMatchObject({ outcome: "completed", failure: null, commitHash: side.git("rev-parse", "HEAD") });
  expect(side.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")).toEqual(["README.md", "a.txt", "sub/b.txt"]);
  const said = (await side.events()).flatMap((event) => (event.type === "STEP_OUTPUT" ? [event.chunk] : [])).join("");
  expect(said).toContain("[Not committed: ");
  for (const name of names) {
    expect(said).toContain(`\`${name}\``);
    expect(readFileSync(join(side.workspace, name), "utf8")).toBe("x\n");
  }
});

test("the bundle works with nothing beside it, from code that V8 has compiled", async () => {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-bundle-"));
  closing.push(async () => rmSync(dir, { recursive: true, force: true }));
  execFileSync(process.execPath, [fileURLToPath(new URL("../build.mjs", import.meta.url)), dir]);
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(join(dir, "runtime.cjs"), "utf8")}\n})`;
  const cachedData = readFileSync(join(dir, "runtime.cache"));
  expect(new Script(source, { cachedData }).cachedDataRejected).toBe(false);
  const model = await startScriptedModel([done]);
  const side = stage.engineSide(model.url);
  closing.push(model.close);
  side.start({}, join(dir, "main.cjs"));
  const command = side.stepCommand();
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
});

test("the snapshot of the bundle works, and two that begin with it draw different identifiers", async () => {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-snapshot-"));
  closing.push(async () => rmSync(dir, { recursive: true, force: true }));
  execFileSync(process.execPath, [fileURLToPath(new URL("../build.mjs", import.meta.url)), dir]);
  const model = await startScriptedModel([done, done]);
  closing.push(model.close);
  const told: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const side = stage.engineSide(model.url);
    side.start({}, "--snapshot-blob", join(dir, "runtime.snapshot"), join(dir, "main.cjs"));
    const command = side.stepCommand();
    await side.send(command);
    expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
    told.push(...(await side.events()).map(({ id }) => id));
  }
  expect(told.length).toBeGreaterThan(4);
  expect(new Set(told).size).toBe(told.length);
});

test("abort ends the model call and leaves nothing running; the next step goes on in the same conversation", async () => {
  const { side, model } = await play({ hang: true }, done);
  const first = side.stepCommand();
  await side.send(first);
  await until(async () => model.requests.length === 1, "the model call");
  await side.abort("cancelled");
  expect(await side.untilResult(first.commandId)).toMatchObject({
    outcome: "aborted",
    commitHash: null,
    failure: null,
  });
  await until(async () => model.givenUp === 1, "the model call to be given up");
  const second = side.stepCommand({ prompt: "Now the second." });
  await side.send(second);
  expect(await side.untilResult(second.commandId)).toMatchObject({ outcome: "completed" });
  const said = model.requests[1]?.messages
    .filter((message) => message.role === "user")
    .map((message) => message.content);
  expect(said).toEqual(["Do the work.", "Now the second."]);
});

test("abort ends a running command with its whole process group", async () => {
  const mark = `${Math.random()}`.slice(2);
  const { side } = await play(use("bash", { command: `(sleep 7${mark}; true) & sleep 8${mark}` }), done);
  const command = side.stepCommand();
  await side.send(command);
  const running = () => side.git("-c", `alias.p=!ps -eo args | grep -c "^sleep [78]${mark}" || true`, "p");
  await until(async () => running() === "2", "the command to run");
  await side.abort("timeout");
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "aborted" });
  await until(async () => running() === "0", "the processes to end");
});

test("a missing output is asked for twice, then the step fails", async () => {
  const { side, model } = await play(use("complete", { outputs: { other: "x" } }));
  const command = side.stepCommand();
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  expect(result.failure).toEqual({ code: "OUTPUT_MISSING", message: "The agent did not deliver: report." });
  expect(model.requests).toHaveLength(3);
  expect(JSON.stringify(model.requests[1]?.messages)).toContain("Missing or empty outputs: report");
});

const otherEnds: {
  scripts: Answer[];
  change?: () => Parameters<EngineSide["stepCommand"]>[0];
  code: string;
  message: RegExp;
}[] = [
  {
    scripts: [use("fail", { error: "No access", details: "to the thing" })],
    code: "AGENT_FAILED",
    message: /^No access\nto/,
  },
  { scripts: [{ text: "I talk." }], code: "AGENT_FAILED", message: /without calling complete/ },
  { scripts: [use("ls", {})], code: "LOOP_DETECTED", message: /ls with the same arguments 5 times/ },
  { scripts: [use("ls", {})], change: () => ({ maxTurns: 2 }), code: "TURN_LIMIT", message: /2 turns/ },
  {
    scripts: [{ hang: true }],
    change: () => ({ deadlineAt: Date.now() + 400 }),
    code: "STEP_TIMEOUT",
    message: /time is over/,
  },
  {
    scripts: [{ status: 401, body: { error: { message: "Incorrect API key provided: sk-abcdef123456" } } }],
    code: "MODEL_REFUSED",
    message: /^Incorrect API key provided: \[key\]/,
  },
  {
    scripts: [{ status: 429, body: { detail: "The run's budget is used up.", code: "LIMIT", requestId: "r" } }],
    code: "BUDGET_EXCEEDED",
    message: /budget is used up/,
  },
  {
    scripts: [{ status: 412, body: { detail: "No key for this provider.", code: "PRECONDITION", requestId: "r" } }],
    code: "MODEL_NOT_CONFIGURED",
    message: /No key for/,
  },
  {
    scripts: [{ status: 429, body: { error: { message: "slow down" } }, headers: { "retry-after": "900" } }],
    code: "MODEL_RATE_LIMITED",
    message: /asks to wait 900 s/,
  },
  {
    scripts: [{ status: 503, body: { error: { message: "down" } }, headers: { "retry-after-ms": "1" } }],
    code: "MODEL_UNAVAILABLE",
    message: /down.*after 5 tries/,
  },
];

// A test for each: together they are a dozen processes, which take a busy machine longer than one test may.
test.each(otherEnds)(
  "another end of a step has its code: $code, $message",
  async ({ scripts, change, code, message }) => {
    const { side } = await play(...scripts);
    const command = side.stepCommand(change?.());
    await side.send(command);
    const result = await side.untilResult(command.commandId);
    expect(result).toMatchObject({ outcome: "failed", failure: { code, message: expect.stringMatching(message) } });
  },
);

test("a cut line, a 429 with Retry-After and a 500 are tried again and told", async () => {
  const { side } = await play(
    { cut: true },
    { status: 429, body: { error: { message: "slow" } }, headers: { "retry-after": "0" } },
    { status: 500, body: "oops" },
    done,
  );
  const command = side.stepCommand();
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed", turns: 1 });
  const retries = (await side.events()).filter((event) => event.type === "MODEL_RETRY");
  expect(retries.map((event) => event.tries)).toEqual([1, 2, 3]);
  expect(retries[1]).toMatchObject({ waitMs: 0 });
});

test("an agent that only talks is reminded; without declared outputs its text is the summary", async () => {
  const { side, model } = await play({ text: "First words." }, { text: "Final words." });
  const command = side.stepCommand({ outputs: [] });
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({
    outcome: "completed",
    summary: "Final words.",
    outputs: {},
  });
  expect(model.requests).toHaveLength(2);
});

test("a commit the agent made itself is reported; a failed step is committed too", async () => {
  const { side } = await play(
    use("bash", { command: "echo x > own.txt && git add -A && git commit -qm own" }),
    use("fail", { error: "gave up" }),
  );
  const command = side.stepCommand();
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  expect(result.commitHash).toBe(side.git("rev-parse", "HEAD"));
  expect(side.git("log", "-1", "--format=%an %s")).toBe("Ada own");
});

test("hooks and locks an agent planted do not disturb the commit", async () => {
  const { side } = await play(
    use("bash", {
      command:
        "printf '#!/bin/sh\\ntouch ../hooked\\nexit 1\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; touch .git/index.lock c.txt",
    }),
    done,
  );
  const command = side.stepCommand();
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
  expect(side.git("show", "--stat", "--format=", "HEAD")).toContain("c.txt");
});

test("a workspace that is no repository any more fails a completed step with its own code", async () => {
  const { side } = await play(use("bash", { command: "rm -rf .git && echo nothing > .git" }), done);
  const command = side.stepCommand();
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  expect(result).toMatchObject({
    outcome: "failed",
    failure: { code: "WORKSPACE_FAILED" },
    outputs: { report: "all good" },
  });
});
