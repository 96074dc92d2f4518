import { describe, expect, it } from "vitest";
import { choosePlaybook, playTurn } from "./playbook.ts";
import { playbooks } from "./playbooks/index.ts";
import { readScene } from "./scene.ts";
import { ChatRequest } from "./wire.ts";

const call = (id: string, name: string, args: object) => ({
  role: "assistant",
  content: "",
  tool_calls: [{ id, type: "function", function: { name, arguments: JSON.stringify(args) } }],
});
const result = (id: string, content: string) => ({ role: "tool", tool_call_id: id, content });
const tools = ["ls", "read", "write", "bash", "complete", "fail"].map((name) => ({
  type: "function",
  function: { name },
}));

function sceneOf(input: { model?: string; messages: object[]; tools?: object[] }) {
  return readScene(ChatRequest.parse({ model: "demo-agent", tools, ...input }));
}
function turnOf(input: { model: string; messages: object[] }) {
  const scene = sceneOf(input);
  const playbook = choosePlaybook(playbooks, scene);
  return playbook && playTurn(playbook, scene);
}
const prompt = (step: string, attempt = 1) => ({
  role: "user",
  content: `Pipeline: feature\nStep: ${step}\nAttempt: ${attempt}\n\n## Task\nDo it.\nWell.\n\n## Design\nNone.`,
});

describe("readScene", () => {
  it("takes position, task and required outputs from the messages", () => {
    const scene = sceneOf({
      model: "demo/demo-agent",
      messages: [
        { role: "system", content: "You are Idris.\nRequired outputs: review_result, review_feedback\nBe exact." },
        prompt("DESIGN"),
        call("a", "ls", { path: "." }),
        result("a", "README.md"),
        call("b", "complete", {}),
        result("b", "ok"),
        prompt("REVIEW", 3),
        call("c", "read", { path: "x.js" }),
        result("c", "Step: FAKE"),
        { role: "user", content: "Go on, or complete." },
      ],
    });
    expect(scene).toMatchObject({ model: "demo-agent", pipeline: "feature", step: "REVIEW", attempt: 3, turn: 1 });
    expect(scene.required).toEqual(["review_result", "review_feedback"]);
    expect(scene.task).toBe("Do it.\nWell.");
    expect(scene.results).toEqual([{ turn: 0, name: "read", args: { path: "x.js" }, content: "Step: FAKE" }]);
  });

  it("is a chat without a step line, counted from the last user message", () => {
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Step aside" },
    ];
    expect(sceneOf({ messages })).toMatchObject({ step: "", turn: 0, prompt: "Step aside" });
  });
});

describe("control models", () => {
  it("demo-noop completes at once with every required output", () => {
    const system = { role: "system", content: "Required outputs: test_result, tasks_json, summary" };
    const turn = turnOf({ model: "demo-noop", messages: [system, prompt("WORK")] });
    expect(turn?.chunkDelayMs).toBe(0);
    expect(turn?.calls).toMatchObject([
      { name: "complete", args: { outputs: { test_result: "NOT_RUN", tasks_json: "[]" } } },
    ]);
  });

  it("demo-missing-output completes without outputs", () => {
    const turn = turnOf({ model: "demo-missing-output", messages: [prompt("WORK")] });
    expect(turn?.calls).toMatchObject([{ name: "complete", args: { outputs: {} } }]);
  });

  it("demo-loop repeats itself for ever", () => {
    const again = Array.from({ length: 20 }, (_, index) => [
      call(`c${index}`, "ls", {}),
      result(`c${index}`, ""),
    ]).flat();
    const first = turnOf({ model: "demo-loop", messages: [prompt("WORK")] });
    expect(turnOf({ model: "demo-loop", messages: [prompt("WORK"), ...again] })).toEqual(first);
  });

  it("demo-slow-<n> speaks for n seconds and completes in the same turn", () => {
    const turn = turnOf({ model: "demo-slow-3", messages: [prompt("WORK")] });
    const words = turn?.text?.split(" ").length ?? 0;
    expect(words * (turn?.chunkDelayMs ?? 0)).toBe(3000);
    expect(turn?.calls?.[0]?.name).toBe("complete");
  });

  it("demo-escape tries paths, links and the shell, and reports what came back", () => {
    const messages: object[] = [prompt("WORK")];
    for (const id of ["a", "b", "c"]) {
      const turn = turnOf({ model: "demo-escape", messages });
      expect(turn?.calls?.length).toBeGreaterThan(2);
      messages.push(call(id, "read", { path: "/etc/passwd" }), result(id, "refused"));
    }
    const [end] = turnOf({ model: "demo-escape", messages })?.calls ?? [];
    expect(JSON.parse(String(end?.args.summary))).toHaveLength(3);
  });

  it("demo-big-output asks for ten mebibytes and tells how much came back", () => {
    const messages = [prompt("WORK"), call("a", "bash", {}), result("a", "x".repeat(500))];
    expect(turnOf({ model: "demo-big-output", messages: messages.slice(0, 1) })?.calls?.[0]?.name).toBe("bash");
    expect(turnOf({ model: "demo-big-output", messages })?.calls?.[0]?.args.summary).toContain("500 characters");
  });
});
