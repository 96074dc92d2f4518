/** What a pipeline's text says, read tolerantly while it is being written, with the lines each step stands on. */
import type { StepKind } from "@djinnbot/contracts";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";

export type OutlineResult = { key: string; goto: string | null; retry: boolean; continueLoop: boolean };
export type OutlineLoop = { onEachComplete: string | null; onAllComplete: string | null };
export type OutlineStep = {
  id: string;
  /** Slug of the agent. */
  agent: string;
  description: string;
  outputs: readonly string[];
  onComplete: string | null;
  results: readonly OutlineResult[];
  onFailure: string | null;
  kind: StepKind;
  loop: OutlineLoop | null;
  /** First steps of the branches of a parallel step. */
  branches: readonly string[];
  /** First and last line, counted from 1. */
  line: number;
  endLine: number;
};
export type OutlineAgent = { id: string; name: string };
export type Outline = { id: string; name: string; steps: readonly OutlineStep[]; agents: readonly OutlineAgent[] };

/** Reads a text; null when it is no YAML mapping at all. Steps without an id are left out, of two with one id the first counts. */
export function readOutline(text: string): Outline | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const root: Node | null = document.contents;
  if (!isMap(root)) {
    return null;
  }
  const seen = new Set<string>();
  const steps = mapsOf(root, "steps").flatMap((map) => {
    const id = scalar(map, "id");
    if (id === "" || seen.has(id)) {
      return [];
    }
    seen.add(id);
    return [readStep(map, id, lines)];
  });
  const agents = mapsOf(root, "agents").flatMap((map) => {
    const id = scalar(map, "id");
    return id === "" ? [] : [{ id, name: scalar(map, "name") || id }];
  });
  return { id: scalar(root, "id"), name: scalar(root, "name"), steps, agents };
}

function readStep(map: YAMLMap, id: string, lines: LineCounter): OutlineStep {
  const [start, end] = map.range ?? [0, 0];
  const results = map.get("onResult", true);
  const outputs = map.get("outputs", true);
  return {
    id,
    agent: scalar(map, "agent"),
    description: scalar(map, "description"),
    outputs: isSeq(outputs) ? outputs.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [],
    onComplete: scalar(map, "onComplete") || null,
    results: isMap(results) ? results.items.map((pair) => readResult(pair)) : [],
    ...readBlocks(map),
    line: lines.linePos(start).line,
    endLine: Math.max(lines.linePos(start).line, lines.linePos(Math.max(start, end - 1)).line),
  };
}

function readResult({ key, value }: { key: unknown; value: unknown }): OutlineResult {
  const name = isScalar(key) ? String(key.value) : String(key);
  return isMap(value)
    ? {
        key: name,
        goto: scalar(value, "goto") || null,
        retry: value.get("retry") === true,
        continueLoop: value.get("continueLoop") === true,
      }
    : { key: name, goto: null, retry: false, continueLoop: false };
}

/** What makes a step more than one agent's turn. */
function readBlocks(map: YAMLMap): Pick<OutlineStep, "onFailure" | "kind" | "loop" | "branches"> {
  const block = (key: string) => {
    const value = map.get(key, true);
    return isMap(value) ? value : null;
  };
  const [loop, parallel, failure] = [block("loop"), block("parallel"), block("onFailure")];
  const branches = parallel?.get("branches", true);
  return {
    onFailure: (failure ? scalar(failure, "goto") : scalar(map, "onFailure")) || null,
    kind: block("approval") ? "approval" : parallel ? "parallel" : "agent",
    loop: loop && {
      onEachComplete: scalar(loop, "onEachComplete") || null,
      onAllComplete: scalar(loop, "onAllComplete") || null,
    },
    branches: isSeq(branches) ? branches.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [],
  };
}

function mapsOf(root: YAMLMap, key: string): YAMLMap[] {
  const list = root.get(key, true);
  return isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

function scalar(map: YAMLMap, key: string): string {
  const value = map.get(key, true);
  return isScalar(value) && value.value !== null ? String(value.value).trim() : "";
}

/** The step that a line belongs to, so that the place in the text and the node in the diagram are one selection. */
export function stepAtLine(outline: Outline, line: number): OutlineStep | null {
  return outline.steps.find((step) => line >= step.line && line <= step.endLine) ?? null;
}
