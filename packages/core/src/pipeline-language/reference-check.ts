/** Names that one part of a pipeline uses of another: agents, next steps, and what appears twice. */
import { builtinTools } from "@djinnbot/contracts";
import { hint } from "../suggest.ts";
import { error, type Finding, warning } from "./finding.ts";
import { asMap, type Outline, type OutlineResult, type OutlineStep, placeOf } from "./outline.ts";
import type { Path, PipelineSource } from "./source.ts";

type Raw = PipelineSource["raw"];
interface Names {
  raw: Raw;
  agents: string[];
  steps: string[];
}

const known = (items: { id?: string }[]) => [...new Set(items.flatMap((item) => item.id ?? []))];

function twice(items: { id?: string; path: Path }[], noun: string): Finding[] {
  const seen = new Set<string>();
  return items.flatMap(({ id, path }) => {
    if (id === undefined || !seen.has(id)) {
      seen.add(id ?? "");
      return [];
    }
    return [
      error({
        message: `The ${noun} \`${id}\` is declared twice; give one of them another id.`,
        path: [...path, "id"],
      }),
    ];
  });
}

function missingName(options: {
  names: Names;
  noun: "agent" | "step";
  name?: string;
  path: Path;
  key: string;
}): Finding[] {
  const { names, noun, name, path, key } = options;
  const candidates = noun === "agent" ? names.agents : names.steps;
  if (name === undefined || candidates.includes(name)) {
    return [];
  }
  const place = placeOf(path, names.raw);
  const list = noun === "agent" ? "agents" : "steps";
  const message = `${place}: \`${key}\` names the ${noun} \`${name.slice(0, 64)}\`, which is not in \`${list}\`.${hint(name, candidates)}`;
  return [error({ message, path })];
}

function resultFindings(result: OutlineResult, names: Names): Finding[] {
  const { path } = result;
  const place = placeOf(path, names.raw);
  const findings = [
    ...missingName({ names, noun: "step", name: result.goto, path: [...path, "goto"], key: "goto" }),
    ...missingName({
      names,
      noun: "agent",
      name: result.notify?.agent,
      path: [...path, "notify", "agent"],
      key: "agent",
    }),
  ];
  if (result.goto !== undefined && result.continueLoop) {
    const message = `${place} has both \`goto\` and \`continueLoop\`; \`goto\` is taken. Remove one of them.`;
    findings.push(warning({ message, path: [...path, "continueLoop"], atKey: true }));
  }
  if (result.goto !== undefined && result.retry) {
    const message = `${place} has both \`goto\` and \`retry\`; \`goto\` is taken. Remove one of them.`;
    findings.push(warning({ message, path: [...path, "retry"], atKey: true }));
  } else if (result.maxRetries && !result.retry) {
    const message = `${place}: \`maxRetries\` does nothing without \`retry: true\`.`;
    findings.push(warning({ message, path: [...path, "maxRetries"], atKey: true }));
  }
  return findings;
}

/** `onFailure: X` is as good as `onFailure: { goto: X }`, so the name may stand in either place. */
function failureFindings(action: OutlineResult, names: Names): Finding[] {
  const { path, notify } = action;
  const isShort = asMap(stepValue(names.raw, path)).goto === undefined;
  const goto = isShort ? path : [...path, "goto"];
  return [
    ...missingName({ names, noun: "step", name: action.goto, path: goto, key: "onFailure" }),
    ...missingName({ names, noun: "agent", name: notify?.agent, path: [...path, "notify", "agent"], key: "agent" }),
  ];
}

function stepValue(raw: Raw, [, index, key]: Path): unknown {
  const steps: unknown[] = Array.isArray(raw.steps) ? raw.steps : [];
  return asMap(steps[Number(index)])[String(key)];
}

function blockTargets({ loop, parallel }: OutlineStep): { key: string; name?: string; at: Path }[] {
  return [
    { key: "onEachComplete", name: loop?.onEachComplete, at: ["loop", "onEachComplete"] },
    { key: "onAllComplete", name: loop?.onAllComplete, at: ["loop", "onAllComplete"] },
    ...(parallel?.branches ?? []).map((name, index) => ({
      key: "branches",
      name,
      at: ["parallel", "branches", index] as Path,
    })),
  ];
}

function stepFindings(step: OutlineStep, names: Names): Finding[] {
  const { path } = step;
  const place = placeOf(path, names.raw);
  const findings = [
    ...missingName({ names, noun: "agent", name: step.agent, path: [...path, "agent"], key: "agent" }),
    ...missingName({ names, noun: "step", name: step.onComplete, path: [...path, "onComplete"], key: "onComplete" }),
    ...blockTargets(step).flatMap(({ key, name, at }) =>
      missingName({ names, noun: "step", name, path: [...path, ...at], key }),
    ),
    ...step.results.flatMap((result) => resultFindings(result, names)),
    ...(step.onFailure ? failureFindings(step.onFailure, names) : []),
  ];
  if (step.kind === "agent" && step.results.length > 0 && step.outputs.length === 0) {
    const message = `${place} has \`onResult\` but declares no output to compare with it; add \`outputs\`.`;
    findings.push(warning({ message, path: [...path, "onResult"], atKey: true }));
  }
  const declared = new Set<string>();
  for (const [index, key] of step.outputs.entries()) {
    if (declared.has(key)) {
      findings.push(
        warning({ message: `${place} declares the output \`${key}\` twice.`, path: [...path, "outputs", index] }),
      );
    }
    declared.add(key);
  }
  const keys = new Map<string, string>();
  for (const result of step.results) {
    const key = result.key.trim().toLowerCase();
    const first = keys.get(key);
    keys.set(key, first ?? result.key);
    if (first !== undefined) {
      const message = `${placeOf(result.path, names.raw)} never matches: upper and lower case are the same, and \`${first}\` comes first.`;
      findings.push(warning({ message, path: result.path, atKey: true }));
    }
  }
  return findings;
}

/** `timeout` and `timeoutSeconds` are one setting in two spellings (reference 1.1). */
function timeoutFindings(raw: Raw, path: Path, value: unknown): Finding[] {
  const { timeout, timeoutSeconds } = asMap(value);
  if (timeout === undefined || timeoutSeconds === undefined || timeout === timeoutSeconds) {
    return [];
  }
  const message = `${placeOf(path, raw)} sets \`timeout\` and \`timeoutSeconds\` to different values; both mean seconds, so keep one.`;
  return [error({ message, path: [...path, "timeoutSeconds"], atKey: true })];
}

function toolFindings(raw: Raw, path: Path, value: unknown): Finding[] {
  const { tools } = asMap(value);
  const names: unknown[] = Array.isArray(tools) ? tools : [];
  return names.flatMap((name, index) => {
    if (typeof name !== "string" || builtinTools.some((tool) => tool === name)) {
      return [];
    }
    const message = `${placeOf(path, raw)} lists the tool \`${name.slice(0, 64)}\`, which does not exist here.${hint(name, builtinTools)}`;
    return [warning({ message, path: [...path, "tools", index] })];
  });
}

/** Every fault of names and repeated settings, also in a text that does not fit the schema. */
export function checkReferences(raw: Raw, outline: Outline): Finding[] {
  const names: Names = { raw, agents: known(outline.agents), steps: known(outline.steps) };
  const settings: [Path, unknown][] = [
    [["defaults"], raw.defaults],
    ...outline.agents.map((agent, index): [Path, unknown] => [agent.path, (raw.agents as unknown[])[index]]),
    ...outline.steps.map((step, index): [Path, unknown] => [step.path, (raw.steps as unknown[])[index]]),
  ];
  return [
    ...twice(outline.agents, "agent"),
    ...twice(outline.steps, "step"),
    ...outline.steps.flatMap((step) => stepFindings(step, names)),
    ...settings.flatMap(([path, value]) => [...timeoutFindings(raw, path, value), ...toolFindings(raw, path, value)]),
  ];
}
