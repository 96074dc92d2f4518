/** Delegation with everything real: agents' processes, their tools, the API, git. Only the model plays from a script. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { testBackends } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Platform, startPlatform } from "./testing/platform.ts";
import { settled } from "./testing/watch.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ backends: await testBackends() });
}, 120_000);
afterAll(() => platform?.stop());

/** Runs the pipeline `swarm`; the demo model's planner calls what the task says. */
async function delegate(name: string, call?: { tool: string; input: object }) {
  const { client } = await platform.tenant();
  const repository = await createDemoRepository(join(platform.repositoriesDir, name));
  const task = call ? `Call ${call.tool} ${JSON.stringify(call.input)}` : "Write the pages.";
  const run = await client.api.runs.create.mutate({ pipelineId: "swarm", task, repository });
  const { detail } = await settled(platform, { client, runId: run.id, code: null });
  const { swarms } = await client.api.delegations.list.query({ runId: run.id });
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" });
  const files = () => git("ls-tree", "-r", "--name-only", `run/${run.id}`).split("\n");
  const show = (path: string) => git("show", `run/${run.id}:${path}`);
  return { client, detail, delegation: swarms[0], tasks: swarms[0]?.tasks ?? [], git, files, show };
}
const write = (key: string, path: string) => ({
  ...{ key, title: `Write ${key}`, executionPrompt: `Write the file \`${path}\` as ${key} would.` },
});

it("a swarm: three executors write, two at once, and their work is on the run's branch", {
  timeout: 120_000,
}, async () => {
  const { client, detail, tasks, git, files } = await delegate("swarm");
  expect(detail.outputs.summary).toMatch(/^The delegation is completed: 3 of 3 tasks completed\./);
  expect(detail.steps.map(({ attempt, status }) => [attempt, status])).toEqual([[1, "completed"]]);
  expect(detail.steps[0]?.commitHash).toBe(git("rev-parse", `run/${detail.id}`).trim());
  expect(tasks.map(({ key, status, conflicts }) => [key, status, conflicts])).toEqual([
    ["prices", "completed", []],
    ["faq", "completed", []],
    ["overview", "completed", []],
  ]);
  expect(files()).toEqual(expect.arrayContaining(["docs/faq.md", "docs/overview.md", "docs/prices.md"]));
  const usage = await client.api.runs.usage.query({ runId: detail.id });
  expect(new Set(usage.byStep.map(({ runId }) => runId))).toEqual(
    new Set([detail.id, ...tasks.map(({ runId }) => runId)]),
  );
  expect(usage.total.calls).toBe(usage.byStep.reduce((sum, one) => sum + one.calls, 0));
  expect(usage.byModel).toEqual([expect.objectContaining({ model: "demo/demo-agent", calls: usage.total.calls })]);
  // The last one began from the work of the two before it.
  const [prices, , overview] = tasks;
  expect(git("merge-base", "--is-ancestor", prices?.commitHash ?? "", overview?.commitHash ?? "")).toBe("");
});

it("two executors who write the same lines: the first is merged, the other's conflict is named and its commit kept", {
  timeout: 120_000,
}, async () => {
  const tasks = [
    write("anna", "docs/same.md"),
    write("bert", "docs/same.md"),
    { ...write("after", "x.md"), dependencies: ["anna", "bert"] },
  ];
  const { detail, delegation, show, ...after } = await delegate("conflict", {
    tool: "swarm_execute",
    input: { tasks },
  });
  expect(delegation).toMatchObject({ status: "failed", completedCount: 1, failedCount: 1 });
  const failed = after.tasks.find(({ status }) => status === "failed");
  expect(failed).toMatchObject({ conflicts: ["docs/same.md"], commitHash: expect.stringMatching(/^[0-9a-f]{40}$/) });
  const winner = after.tasks.find(({ status }) => status === "completed")?.key ?? "";
  expect(show("docs/same.md")).toContain(`as ${winner} would`);
  expect(after.tasks.at(-1)).toMatchObject({ status: "skipped", error: expect.stringContaining("builds on") });
  expect(detail.outputs.summary).toContain("Conflicting files: docs/same.md");
  expect(detail.outputs.summary).toContain(failed?.commitHash);
});

it("approaches: each is a commit of its own, they are compared, and nothing is merged", {
  timeout: 120_000,
}, async () => {
  const input = {
    approaches: [write("plain", "way.md"), write("clever", "way.md")],
    evaluationCriteria: "Which is clearer?",
  };
  const { client, detail, delegation, tasks, git } = await delegate("approaches", { tool: "try_approaches", input });
  expect(delegation).toMatchObject({ kind: "approaches", status: "completed" });
  expect(tasks.at(-1)).toMatchObject({ evaluation: true, status: "completed", outputs: { winner: "plain" } });
  expect(detail.outputs.summary).toContain("winner: plain");
  const [plain, clever] = tasks.map(({ commitHash }) => commitHash ?? "");
  expect(plain).not.toBe(clever);
  // The planner took none, so there was nothing to push.
  expect(git("branch", "--list", "run/*")).toBe("");
  // What each did is shown like that of any run.
  const diff = await client.api.workspaces.diff.query({ runId: tasks[1]?.runId ?? "", commitHash: clever ?? "" });
  expect(JSON.stringify(diff)).toContain("as clever would");
});

it("one executor: its work is in the planner's working copy when it goes on", { timeout: 120_000 }, async () => {
  const { executionPrompt } = write("solo", "solo.md");
  const { tasks, show, detail } = await delegate("spawn", { tool: "spawn_executor", input: { executionPrompt } });
  expect(tasks[0]).toMatchObject({ status: "completed", outputs: { deviations: "none" } });
  expect(show("solo.md")).toContain("as solo would");
  expect(detail.outputs.summary).toContain("merged into your branch");
});
