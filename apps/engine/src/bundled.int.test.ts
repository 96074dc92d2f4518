/** Every pipeline that comes with the product runs to its end: on the straight way, sent back twice, and past steps that fail once. */
import { readdirSync, readFileSync } from "node:fs";
import type { PipelineDocument, PipelineStep, ResultAction } from "@djinnbot/contracts";
import { parsePipeline, stepsFrom } from "@djinnbot/core/pipeline-language";
import { describe, expect, it } from "vitest";
import { testBed } from "./test/bed.ts";
import type { AgentStep, Script } from "./test/peer.ts";
import { done } from "./test/samples.ts";

const bed = await testBed();
const folder = new URL("../../../pipelines/", import.meta.url);
const pipelines = readdirSync(folder)
  .filter((file) => file.endsWith(".yml"))
  .map((file) => {
    const yaml = readFileSync(new URL(file, folder), "utf8");
    return [file.replace(".yml", ""), parsePipeline(yaml).document as PipelineDocument, yaml] as const;
  });

/** What every list and object of the bundled pipelines is content with. */
const list = JSON.stringify([
  { id: "one", title: "One" },
  { id: "two", title: "Two" },
]);

function stepOf(document: PipelineDocument, command: AgentStep): PipelineStep {
  return document.steps.find((step) => step.id === command.stepId) as PipelineStep;
}
const isBack = (document: PipelineDocument, step: PipelineStep, { goto }: ResultAction) =>
  goto !== undefined && document.steps.findIndex(({ id }) => id === goto) <= document.steps.indexOf(step);

/** Answers what leads on, or back where the pipeline has a way back and `back` says so. */
function answer(document: PipelineDocument, command: AgentStep, back: boolean): Record<string, string> {
  const step = stepOf(document, command);
  const results = Object.entries(step.onResult ?? {}).filter(([key]) => key !== "NOT_RUN");
  const wayBack = results.find(([, action]) => isBack(document, step, action));
  const onward = results.find(([, action]) => !isBack(document, step, action) && action.goto !== "MEND");
  const result = (back ? (wayBack ?? onward) : onward)?.[0];
  const outputs = Object.fromEntries(command.outputs.map((key) => [key, key.endsWith("_json") ? list : `${key} done`]));
  const judging = command.outputs.find((key) => /_(result|status)$/.test(key));
  return result !== undefined && judging !== undefined ? { ...outputs, [judging]: result } : outputs;
}

async function play({ document, yaml }: { document: PipelineDocument; yaml: string }, script: Script) {
  const tenant = await bed.tenant(document.agents.map((agent) => agent.id));
  const host = bed.host(script);
  bed.engine(host);
  const { id: pipelineId } = await tenant.services.pipelines.create({ yamlContent: yaml });
  const run = await tenant.services.runs.create({ pipelineId, task: "Do it well." });
  const ended = await bed.ended(tenant, run.id);
  return { ended, worked: host.of(run.id).flatMap((peer) => peer.worked.map((command) => command.stepId)) };
}

describe.each(pipelines)("%s", (_id, document, yaml) => {
  const line = stepsFrom(document.steps, document.steps[0]?.id);

  it("runs to its end", async () => {
    const { ended, worked } = await play({ document, yaml }, async (command) =>
      done(command, answer(document, command, false)),
    );
    expect(ended).toMatchObject({ status: "completed", failure: null });
    // Everything on the straight way; MEND is for what fails.
    expect(new Set(worked)).toEqual(new Set(line.map((step) => step.id).filter((step) => step !== "MEND")));
    for (const loop of ended.loops) {
      expect(loop.items.map((item) => item.status)).toEqual(["completed", "completed"]);
    }
  });

  it("runs to its end when everything that can send back does so twice", async () => {
    const sent = new Map<string, number>();
    const { ended, worked } = await play({ document, yaml }, async (command) => {
      const times = sent.get(command.stepId) ?? 0;
      sent.set(command.stepId, times + 1);
      return done(command, answer(document, command, times < 2));
    });
    expect(ended).toMatchObject({ status: "completed", failure: null });
    const judges = line.filter((step) =>
      Object.values(step.onResult ?? {}).some((action) => isBack(document, step, action)),
    );
    for (const judge of judges) {
      expect(worked.filter((step) => step === judge.id).length).toBeGreaterThanOrEqual(3);
    }
  });

  it("runs to its end when each step fails at first", async () => {
    const failed = new Set<string>();
    const { ended } = await play({ document, yaml }, async (command) => {
      if (!failed.has(command.stepId)) {
        failed.add(command.stepId);
        return { outcome: "failed", failure: { code: "AGENT_FAILED", message: "not yet" } };
      }
      return done(command, answer(document, command, false));
    });
    expect(ended).toMatchObject({ status: "completed", failure: null });
  });
});
