import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PipelineDocument, type PipelineStep } from "@djinnbot/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { createDemoRepository } from "../demo-repository.ts";
import { playStep, type StepEnd } from "./play-step.ts";
import { type DemoModel, startDemoModel } from "./server.ts";

type Pipeline = PipelineDocument;
type Step = PipelineStep;

// Every step runs real programs: git, node, the tests of the demo project.
vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const run = promisify(execFile);
const key = `key-${crypto.randomUUID()}`;
const names = (await readdir(join(root, "pipelines"))).filter((name) => name.endsWith(".yml"));
const pipelines = await Promise.all(
  names.map(async (name) => PipelineDocument.parse(parse(await readFile(join(root, "pipelines", name), "utf8")))),
);
const steps = pipelines.flatMap((pipeline) => pipeline.steps.map((step) => ({ pipeline, step })));

let model: DemoModel;
let folder: string;
beforeAll(async () => {
  model = await startDemoModel({ key, chunkDelayMs: 0 });
});
afterAll(() => model.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-"));
  return () => rm(folder, { recursive: true, force: true });
});

function play(options: { pipeline: Pipeline; step: Step; workspace: string; model?: string; attempt?: number }) {
  const { pipeline, step } = options;
  return playStep({
    url: model.url,
    key,
    model: options.model ?? "demo-agent",
    workspace: options.workspace,
    pipeline: pipeline.id,
    step: step.id,
    attempt: options.attempt ?? 1,
    required: step.outputs,
    input: step.input.replaceAll("{{task_description}}", "Mend the failing test and add express delivery."),
    tools: [...(pipeline.defaults?.tools ?? []), "complete", "fail"],
  });
}

/** Follows a pipeline's routes over a workspace as an engine would; returns the steps in the order they ran. */
async function follow(options: { id: string; workspace: string; model?: string }) {
  const pipeline = pipelines.find((each) => each.id === options.id);
  expect(pipeline).toBeDefined();
  const visits: string[] = [];
  const ends: StepEnd[] = [];
  let step = pipeline?.steps[0];
  while (pipeline && step && visits.length < 20) {
    visits.push(step.id);
    const attempt = visits.filter((each) => each === step?.id).length;
    const end = await play({ pipeline, step, workspace: options.workspace, attempt, ...pickModel(options.model) });
    ends.push(end);
    const values = Object.values(end.outputs).map((value) => value.trim().toUpperCase());
    const matched = Object.entries(step.onResult ?? {}).find(([value]) => values.includes(value));
    const next = step.onResult ? matched?.[1].goto : step.onComplete;
    step = pipeline.steps.find((each) => each.id === next);
  }
  return { visits, ends };
}
const pickModel = (id: string | undefined) => (id ? { model: id } : {});

async function testsOf(workspace: string): Promise<number> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };
  return run("node", ["--test"], { cwd: workspace, env }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

describe("every step of every bundled pipeline", () => {
  it.each(steps.map(({ pipeline, step }) => [`${pipeline.id}.${step.id}`, pipeline, step] as const))(
    "%s has a playbook of its own that hands over what is declared",
    async (name, pipeline, step) => {
      const workspace = await createDemoRepository(folder);
      const end = await play({ pipeline, step, workspace });
      expect(model.requests.at(-1)?.playbook).toBe(name);
      expect(end.ending).toBe("complete");
      expect(Object.keys(end.outputs)).toEqual(expect.arrayContaining(step.outputs));
      expect(Object.values(end.outputs).every((value) => value.trim() !== "")).toBe(true);
      if (step.onResult) {
        const keys = Object.keys(step.onResult);
        const values = Object.values(end.outputs);
        expect(values.filter((value) => keys.includes(value))).toHaveLength(1);
        expect(values).toContain(step.id === "REVIEW" ? "CHANGES_REQUESTED" : "FAIL");
      }
    },
  );

  it.each(steps.map(({ pipeline, step }) => [`${pipeline.id}.${step.id}`, pipeline, step] as const))(
    "%s completes in a repository the model does not know",
    async (_name, pipeline, step) => {
      await run("git", ["init", "--quiet", folder]);
      await writeFile(join(folder, "hello.py"), "print('hello')\n");
      const end = await play({ pipeline, step, workspace: folder });
      expect(end.ending).toBe("complete");
      expect(Object.keys(end.outputs)).toEqual(expect.arrayContaining(step.outputs));
    },
  );
});

const unknowing = ["feature", "bugfix", "resolve"].flatMap((id) =>
  ["demo-agent", "demo-noop", "demo-review-twice"].map((name) => [id, name] as const),
);
describe("a repository the model does not know", () => {
  it.each(unknowing)("%s ends without a verdict (model %s)", async (id, model) => {
    await run("git", ["init", "--quiet", folder]);
    const { visits, ends } = await follow({ id, workspace: folder, model });
    const pipeline = pipelines.find((each) => each.id === id);
    expect(visits).toEqual(pipeline?.steps.map((step) => step.id));
    const judging = ends.flatMap(({ outputs }) => Object.entries(outputs).filter(([key]) => key.endsWith("_result")));
    expect(judging.length).toBeGreaterThan(0);
    expect(judging.filter(([, value]) => value !== "NOT_RUN")).toEqual([]);
    expect(JSON.stringify(ends.map(({ outputs }) => outputs))).not.toMatch(/PASS|APPROVED|SUCCESS/);
  });
});

describe("the demo project", () => {
  it("has the same history every time, and one failing test", async () => {
    const one = await createDemoRepository(join(folder, "one"));
    const two = await createDemoRepository(join(folder, "two"));
    const head = async (dir: string) => (await run("git", ["-C", dir, "rev-parse", "main"])).stdout;
    expect(await head(one)).toBe(await head(two));
    expect((await run("git", ["-C", one, "status", "--porcelain"])).stdout).toBe("");
    expect(await testsOf(one)).toBe(1);
    await expect(createDemoRepository(one)).rejects.toThrow("not empty");
  });

  it.each([
    ["feature", ["DESIGN", "IMPLEMENT", "REVIEW", "TEST"]],
    ["bugfix", ["REPRODUCE", "FIX", "VALIDATE"]],
    ["execute", ["EXECUTE"]],
    ["resolve", ["ANALYZE", "IMPLEMENT", "VALIDATE", "DESCRIBE"]],
  ])("%s mends it", async (id, order) => {
    const workspace = await createDemoRepository(folder);
    const { visits } = await follow({ id, workspace });
    expect(visits).toEqual(order);
    expect(await testsOf(workspace)).toBe(0);
  });

  it("demo-review-twice sends it back twice before it approves", async () => {
    const workspace = await createDemoRepository(folder);
    const { visits } = await follow({ id: "feature", workspace, model: "demo-review-twice" });
    const round = ["IMPLEMENT", "REVIEW"];
    expect(visits).toEqual(["DESIGN", ...round, ...round, ...round, "TEST"]);
    expect(await testsOf(workspace)).toBe(0);
  });

  const testIt = async (workspace: string) => {
    const { pipeline, step } = steps.find((each) => each.pipeline.id === "feature" && each.step.id === "TEST") ?? {};
    return pipeline && step ? (await play({ pipeline, step, workspace })).outputs : undefined;
  };

  it("a tester reports FAIL while the bug is there", async () => {
    const workspace = await createDemoRepository(folder);
    expect((await testIt(workspace))?.test_result).toBe("FAIL");
  });

  it("a tester's report says what each try by hand showed, and a refusal that is missing is no PASS", async () => {
    const workspace = await createDemoRepository(folder);
    await follow({ id: "feature", workspace });
    const mended = await testIt(workspace);
    expect(mended?.test_result).toBe("PASS");
    expect(mended?.test_report?.split("\n")).toEqual([
      expect.stringMatching(/^`npm test`: tests \d+, pass \d+, fail 0.*\(exit code 0\)\.$/),
      "`node src/cli.js 1000 NL`: small: 4.50, so the limit belongs to the band.",
      "`node src/cli.js 20001 NL`: refused, as it should be.",
    ]);
    await writeFile(join(workspace, "src/cli.js"), 'console.log("small: 4.50");\n');
    const careless = await testIt(workspace);
    expect(careless?.test_result).toBe("FAIL");
    expect(careless?.test_report).toContain("no refusal was seen");
  });
});

describe("bundled pipelines and agents", () => {
  it("refer to agents of the catalogue and to their own steps", async () => {
    const catalogue = await readdir(join(root, "templates/agents"));
    for (const pipeline of pipelines) {
      const agents = pipeline.agents.map((agent) => agent.id);
      const ids = pipeline.steps.map((step) => step.id);
      expect(catalogue).toEqual(expect.arrayContaining(agents));
      for (const step of pipeline.steps) {
        expect(agents).toContain(step.agent);
        const targets = [step.onComplete, ...Object.values(step.onResult ?? {}).map((action) => action.goto)];
        expect(ids).toEqual(expect.arrayContaining(targets.filter((target) => target !== undefined)));
      }
    }
  });

  it("every agent of the catalogue has its definition and four persona texts", async () => {
    for (const slug of await readdir(join(root, "templates/agents"))) {
      const dir = join(root, "templates/agents", slug);
      const files = ["AGENTS.md", "DECISION.md", "IDENTITY.md", "SOUL.md", "agent.yml"];
      expect((await readdir(dir)).sort()).toEqual(files);
      const definition = parse(await readFile(join(dir, "agent.yml"), "utf8")) as Record<string, unknown>;
      expect(definition).toMatchObject({ slug, name: expect.any(String), role: expect.any(String), model: null });
    }
  });
});
