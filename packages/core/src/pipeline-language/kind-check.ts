/** What a step is, and whether its keys go together: agent, approval or parallel; loops; structured output. */
import { z } from "zod";
import { error, type Finding, warning } from "./finding.ts";
import { asMap, type Outline, type OutlineStep, placeOf } from "./outline.ts";
import type { PipelineSource } from "./source.ts";

type Raw = PipelineSource["raw"];

/** Keys that say how an agent works, and so nothing about a step without one. */
const agentKeys = ["agent", "loop", "model", "input", "budget", "outputSchema", "outputMethod", "maxTurns"] as const;
const moreAgentKeys = ["maxOutputTokens", "temperature", "maxRetries"] as const;

function rawStep(raw: Raw, step: OutlineStep): Record<string, unknown> {
  return asMap((raw.steps as unknown[])[Number(step.path[1])]);
}

/** An approval or a parallel step: no key of an agent's work. */
function strangers(raw: Raw, step: OutlineStep): Finding[] {
  const block = step.kind === "approval" ? "approval" : "parallel";
  const noun = block === "approval" ? "a person decides" : "branches do the work";
  const other = block === "approval" && step.parallel ? ["parallel"] : [];
  return [...agentKeys, ...moreAgentKeys, ...other]
    .filter((key) => rawStep(raw, step)[key] !== undefined)
    .map((key) =>
      error({
        message: `${placeOf(step.path, raw)} has \`${block}\`, where ${noun}, so it cannot have \`${key}\`. Make it two steps, or remove one of them.`,
        path: [...step.path, key],
        atKey: true,
      }),
    );
}

function typeFindings(raw: Raw, step: OutlineStep): Finding[] {
  const { type, path } = step;
  const wanted = { standard: true, loop: step.loop, approval: step.approval, parallel: step.parallel }[type ?? ""];
  if (type === undefined || !["loop", "approval", "parallel", "standard"].includes(type)) {
    return [];
  }
  const place = placeOf(path, raw);
  const block = step.loop ? "loop" : step.kind === "agent" ? null : step.kind;
  if (wanted === undefined) {
    return [
      error({
        message: `${place} is of type \`${type}\` and has no \`${type}\` block; add it.`,
        path: [...path, "type"],
      }),
    ];
  }
  return type === "standard" && block !== null
    ? [error({ message: `${place} has a \`${block}\` block; remove \`type: standard\`.`, path: [...path, "type"] })]
    : [];
}

function structuredFindings(raw: Raw, step: OutlineStep): Finding[] {
  const { outputSchema, outputMethod } = rawStep(raw, step);
  const { path } = step;
  const place = placeOf(path, raw);
  if (outputSchema === undefined) {
    return outputMethod === undefined
      ? []
      : [
          warning({
            message: `${place}: \`outputMethod\` does nothing without \`outputSchema\`.`,
            path: [...path, "outputMethod"],
            atKey: true,
          }),
        ];
  }
  const findings: Finding[] = [];
  if (step.outputs.length !== 1) {
    const message = `${place} answers with JSON of \`outputSchema\`, so it has exactly one output, which receives it; give it \`outputs\` with one key.`;
    findings.push(error({ message, path: [...path, "outputSchema"], atKey: true }));
  }
  const { schema } = asMap(outputSchema);
  const fault = schema === undefined ? null : schemaFault(schema);
  if (fault !== null) {
    const message = `${place}: the \`schema\` of \`outputSchema\` cannot be used: ${fault}`;
    findings.push(error({ message, path: [...path, "outputSchema", "schema"], atKey: true }));
  }
  return findings;
}

/** Why a JSON Schema cannot be checked, as a sentence; null when it can. */
function schemaFault(schema: unknown): string | null {
  try {
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    return null;
  } catch (fault) {
    return `${(fault as Error).message.replace(/\.$/, "").slice(0, 200)}.`;
  }
}

function loopFindings(raw: Raw, step: OutlineStep, outline: Outline): Finding[] {
  const { loop, path } = step;
  if (!loop) {
    return [];
  }
  const place = placeOf(path, raw);
  if (loop.onEachComplete !== undefined && loop.onEachComplete === step.id) {
    const message = `${place}: \`onEachComplete\` names the step itself, so the first item would never end; leave it out.`;
    return [error({ message, path: [...path, "loop", "onEachComplete"] })];
  }
  const { over } = loop;
  const isKnown = over === undefined || outline.steps.some((other) => other.outputs.includes(over));
  return isKnown
    ? []
    : [
        warning({
          message: `${place}: no step produces \`${over}\`, which \`loop.over\` names; the run fails there unless its context carries it.`,
          path: [...path, "loop", "over"],
        }),
      ];
}

function continueFindings(raw: Raw, step: OutlineStep, outline: Outline): Finding[] {
  if (outline.steps.some((other) => other.loop)) {
    return [];
  }
  return [...step.results, ...(step.onFailure ? [step.onFailure] : [])]
    .filter((result) => result.continueLoop)
    .map((result) =>
      error({
        message: `${placeOf(result.path, raw)}: \`continueLoop\` needs a step with a \`loop\`, and the pipeline has none.`,
        path: [...result.path, "continueLoop"],
        atKey: true,
      }),
    );
}

/** Faults between the keys of one step. */
export function checkKinds(raw: Raw, outline: Outline): Finding[] {
  return outline.steps.flatMap((step) => {
    if (Object.keys(rawStep(raw, step)).length === 0) {
      return [];
    }
    const agent =
      step.kind === "agent" && rawStep(raw, step).agent === undefined
        ? [error({ message: `${placeOf(step.path, raw)} needs the key \`agent\`.`, path: [...step.path, "agent"] })]
        : [];
    return [
      ...agent,
      ...(step.kind === "agent" ? structuredFindings(raw, step) : strangers(raw, step)),
      ...typeFindings(raw, step),
      ...loopFindings(raw, step, outline),
      ...continueFindings(raw, step, outline),
    ];
  });
}
