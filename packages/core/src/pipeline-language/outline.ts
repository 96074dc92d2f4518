/** The parts of a pipeline that refer to each other, read as far as they are readable: broken texts are checked too. */
import { type StepKind, stepKind } from "@djinnbot/contracts";
import type { Path } from "./source.ts";

export interface OutlineResult {
  key: string;
  path: Path;
  goto?: string;
  retry: boolean;
  continueLoop: boolean;
  maxRetries: boolean;
  notify?: { agent?: string; message?: string };
}
export interface OutlineStep {
  path: Path;
  id?: string;
  kind: StepKind;
  agent?: string;
  type?: string;
  input: string;
  outputs: string[];
  onComplete?: string;
  results: OutlineResult[];
  onFailure?: OutlineResult;
  loop?: { over?: string; onEachComplete?: string; onAllComplete?: string };
  /** Text of the question. */
  approval?: { message?: string };
  parallel?: { branches: (string | undefined)[]; join?: unknown };
}
export interface Outline {
  agents: { path: Path; id?: string }[];
  steps: OutlineStep[];
}

type Map = Record<string, unknown>;

export function asMap(value: unknown): Map {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Map) : {};
}
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function readResult(key: string, value: unknown, path: Path): OutlineResult {
  const action = asMap(value);
  const notify = action.notify === undefined ? undefined : asMap(action.notify);
  return {
    key,
    path,
    goto: asText(action.goto),
    retry: action.retry === true,
    continueLoop: action.continueLoop !== undefined && action.continueLoop !== false,
    maxRetries: action.maxRetries !== undefined,
    notify: notify && { agent: asText(notify.agent), message: asText(notify.message) },
  };
}

function readFailure(value: unknown, path: Path): OutlineResult | undefined {
  const action = typeof value === "string" ? { goto: value } : value;
  return action === undefined ? undefined : readResult("onFailure", action, path);
}

/** The blocks that make a step more than one agent's turn. */
function readBlocks(step: Map): Pick<OutlineStep, "loop" | "approval" | "parallel"> {
  const [loop, approval, parallel] = [asMap(step.loop), asMap(step.approval), asMap(step.parallel)];
  return {
    ...(step.loop === undefined
      ? {}
      : {
          loop: {
            over: asText(loop.over),
            onEachComplete: asText(loop.onEachComplete),
            onAllComplete: asText(loop.onAllComplete),
          },
        }),
    ...(step.approval === undefined ? {} : { approval: { message: asText(approval.message) } }),
    ...(step.parallel === undefined
      ? {}
      : { parallel: { branches: asList(parallel.branches).map(asText), join: parallel.join } }),
  };
}

function readStep(value: unknown, path: Path): OutlineStep {
  const step = asMap(value);
  return {
    path,
    id: asText(step.id),
    kind: stepKind(step),
    ...readBlocks(step),
    onFailure: readFailure(step.onFailure, [...path, "onFailure"]),
    agent: asText(step.agent),
    type: asText(step.type),
    input: asText(step.input) ?? "",
    outputs: asList(step.outputs).filter((key) => typeof key === "string"),
    onComplete: asText(step.onComplete),
    results: Object.entries(asMap(step.onResult)).map(([key, action]) =>
      readResult(key, action, [...path, "onResult", key]),
    ),
  };
}

/** Never throws; what has the wrong shape is left out, the schema reports it. */
export function readOutline(raw: Map): Outline {
  return {
    agents: asList(raw.agents).map((agent, index) => ({ path: ["agents", index], id: asText(asMap(agent).id) })),
    steps: asList(raw.steps).map((step, index) => readStep(step, ["steps", index])),
  };
}

const blocks = ["loop", "approval", "parallel", "budget", "outputSchema", "onFailure"];

/** How to call a place in a sentence: `Step DESIGN`, `Result PASS of step REVIEW`, `The pipeline`. */
export function placeOf(path: Path, raw: Map): string {
  const [room, index, block, key] = path;
  if ((room !== "steps" && room !== "agents") || typeof index !== "number") {
    return room === "defaults" ? "`defaults`" : "The pipeline";
  }
  const id = asText(asMap(asList(raw[room])[index]).id);
  const noun = room === "steps" ? "Step" : "Agent";
  const name = id === undefined ? `${noun} number ${index + 1}` : `${noun} \`${id.slice(0, 64)}\``;
  if (block === "onFailure" && path[3] === "notify") {
    return `\`notify\` of \`onFailure\` of ${name.replace("Step", "step")}`;
  }
  if (typeof block === "string" && blocks.includes(block)) {
    return `\`${block}\` of ${name.replace("Step", "step")}`;
  }
  if (block !== "onResult" || key === undefined) {
    return name;
  }
  const where = `\`${String(key).slice(0, 64)}\` of ${name.replace("Step", "step")}`;
  return path[4] === "notify" ? `\`notify\` of result ${where}` : `Result ${where}`;
}
