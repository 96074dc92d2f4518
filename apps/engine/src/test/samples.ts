/** Pipelines and scripts that several tests use. */
import type { AgentStep, Script } from "./peer.ts";

export const three = `
id: PIPELINE
name: Three steps
version: "1"
agents:
  - id: finn
  - id: yuki
steps:
  - id: DESIGN
    agent: finn
    input: "Design {{task_description}}"
    outputs: [design]
    onComplete: PLAN
  - id: PLAN
    agent: finn
    input: "Plan {{design}}"
    outputs: [plan]
    onComplete: BUILD
  - id: BUILD
    agent: yuki
    input: "Build {{plan}}"
    outputs: [summary]
`;
export const single = (extra = "") => `
id: PIPELINE
name: One step
version: "1"
agents:
  - id: finn
steps:
  - id: WORK
    agent: finn
    input: "Work"
    outputs: [result]
${extra}`;

export const done = (command: AgentStep, outputs: Record<string, string> = {}) => ({
  outcome: "completed" as const,
  outputs: { ...Object.fromEntries(command.outputs.map((key) => [key, `${key} done`])), ...outputs },
  summary: "fine",
});
export const simple: Script = async (command) => done(command);

export const shape = (run: { steps: { stepId: string; attempt: number; status: string }[] }) =>
  run.steps.map((step) => `${step.stepId}#${step.attempt} ${step.status}`);
