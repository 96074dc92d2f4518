/** Faults against the schema of the language, each as a sentence: missing, wrong, unknown and not-yet-run keys. */
import {
  Approval,
  FailureAction,
  Loop,
  OutputSchema,
  Parallel,
  PipelineAgent,
  PipelineDocument,
  PipelineStep,
  ResultAction,
  RunLimits,
  StepLimits,
} from "@djinnbot/contracts";
import type { z } from "zod";
import { hint } from "../suggest.ts";
import { error, type Finding } from "./finding.ts";
import { asMap, placeOf } from "./outline.ts";
import type { Path, PipelineSource } from "./source.ts";

type Issue = z.core.$ZodIssue;
type Raw = PipelineSource["raw"];

const levels = {
  "the pipeline": Object.keys(PipelineDocument.shape),
  "the defaults": Object.keys(PipelineDocument.shape.defaults.unwrap().shape),
  "an agent": Object.keys(PipelineAgent.shape),
  "a step": Object.keys(PipelineStep.shape),
  "a result": Object.keys(ResultAction.shape),
  "a notify": Object.keys(ResultAction.shape.notify.unwrap().shape),
  "a loop": Object.keys(Loop.shape),
  "an approval": Object.keys(Approval.shape),
  "a parallel block": Object.keys(Parallel.shape),
  "a budget": Object.keys(StepLimits.shape),
  "the run's budget": Object.keys(RunLimits.shape),
  "an outputSchema": Object.keys(OutputSchema.shape),
  "an onFailure": Object.keys(FailureAction.shape),
} as const;
type Level = keyof typeof levels;

const blockLevels: Record<string, Level> = {
  loop: "a loop",
  approval: "an approval",
  parallel: "a parallel block",
  budget: "a budget",
  outputSchema: "an outputSchema",
  onFailure: "an onFailure",
};

function levelOf(path: Path): Level {
  if (path[0] === "defaults") {
    return "the defaults";
  }
  if (path[0] === "agents") {
    return "an agent";
  }
  if (path[0] !== "steps") {
    return path[0] === "budget" ? "the run's budget" : "the pipeline";
  }
  if (path.at(-1) === "notify") {
    return "a notify";
  }
  const block = typeof path[2] === "string" ? blockLevels[path[2]] : undefined;
  return block ?? (path.includes("onResult") ? "a result" : "a step");
}

function unknownKey(key: string, path: Path, raw: Raw): Finding {
  const place = placeOf(path, raw);
  const at = [...path, key];
  const level = levelOf(path);
  const elsewhere = (Object.keys(levels) as Level[]).find(
    (other) => other !== level && levels[other].some((known) => known === key),
  );
  const advice = elsewhere ? ` \`${key}\` is a key of ${elsewhere}, not of ${level}.` : hint(key, levels[level]);
  return error({ message: `${place} has an unknown key \`${key.slice(0, 64)}\`.${advice}`, path: at, atKey: true });
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const segment of path) {
    value = Array.isArray(value) ? value[Number(segment)] : asMap(value)[segment];
  }
  return value;
}

const typeNames: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
  boolean: "true or false",
};

function kindOf(value: unknown): string {
  if (typeof value === "number") {
    return `\`${value}\``;
  }
  const name = Array.isArray(value) ? "a list" : typeNames[typeof value];
  const shown = typeof value === "object" ? "" : ` (\`${String(value).slice(0, 40)}\`)`;
  return `${name ?? "something else"}${shown}`;
}

function wrongType(what: string, expected: string, value: unknown): string {
  const wanted = typeNames[expected] ?? expected;
  if (value === null) {
    const fix = expected === "object" ? "write `{}` or give it keys" : `give it ${wanted} or remove it`;
    return `${what} is empty; ${fix}.`;
  }
  const quotes = expected === "string" && typeof value !== "object" ? "; put it in quotes" : "";
  return `${what} must be ${wanted}, not ${kindOf(value)}${quotes}.`;
}

function outOfRange(what: string, issue: Issue & { code: "too_small" | "too_big" }): string {
  const small = issue.code === "too_small";
  const bound = String(small ? issue.minimum : issue.maximum);
  const amount = small ? `at least ${bound}` : `at most ${bound}`;
  switch (issue.origin) {
    case "string":
      return small && bound === "1"
        ? `${what} is empty; write it or remove it.`
        : `${what} must have ${amount} characters.`;
    case "array":
      return `${what} must have ${amount} ${bound === "1" ? "entry" : "entries"}.`;
    default:
      return `${what} must be ${amount}.`;
  }
}

function describe(issue: Issue, raw: Raw): string {
  const path = issue.path as Path;
  const place = placeOf(path, raw);
  const key = [...path].reverse().find((segment) => typeof segment === "string") ?? "";
  const entry = typeof path.at(-1) === "number" && path.length > 2 ? `entry ${Number(path.at(-1)) + 1} of ` : "";
  const isPlace =
    path.length === 2 || (path.length === 4 && path[2] === "onResult") || (path.length === 3 && key in blockLevels);
  const what = isPlace && path[0] !== "defaults" ? place : `${place}: ${entry}\`${key}\``;
  switch (issue.code) {
    case "invalid_type":
      return wrongType(what, "format" in issue ? "int" : issue.expected, valueAt(raw, path));
    case "too_small":
    case "too_big":
      return outOfRange(what, issue);
    case "invalid_value":
      return `${what} must be ${oneOf(issue.values)}${key === "type" ? "; it can be left out" : ""}.`;
    case "invalid_format":
      return `${what} is \`${String(valueAt(raw, path)).slice(0, 80)}\`; it must be ${formats[issue.message] ?? issue.message}.`;
    default:
      return `${what} is not right: ${issue.message}.`;
  }
}

/** Formats whose short name in the schema needs a few more words. */
const formats: Record<string, string> = {
  "provider/model": "written as provider/model",
  "the agent's slug": "a slug of a–z, 0–9 and -",
};

function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => `\`${String(value)}\``);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A value that has a short and a long form: the faults of the form that was meant. */
function fromUnion(issue: Issue & { code: "invalid_union" }, raw: Raw): Finding[] {
  const path = issue.path as Path;
  const value = valueAt(raw, path);
  const key = path.at(-1);
  if (key === "join") {
    const message = `${placeOf(path, raw)}: \`join\` must be \`all\`, \`any\` or the number of branches that must complete.`;
    return [error({ message, path })];
  }
  const meant = issue.errors.at(typeof value === "object" && value !== null ? -1 : 0) ?? [];
  return meant.flatMap((part) => fromIssue({ ...part, path: [...path, ...part.path] as Issue["path"] }, raw));
}

function fromIssue(issue: Issue, raw: Raw): Finding[] {
  const path = issue.path as Path;
  if (issue.code === "invalid_union") {
    return fromUnion(issue, raw);
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, maxFindings).map((key) => unknownKey(key, path, raw));
  }
  const parent = path.slice(0, -1);
  if (issue.code === "invalid_type" && valueAt(raw, path) === undefined) {
    return [error({ message: `${placeOf(parent, raw)} needs the key \`${String(path.at(-1))}\`.`, path })];
  }
  return [error({ message: describe(issue, raw), path, atKey: issue.code === "invalid_key" })];
}

/** The schema turns whatever stands there into a version text, so what is no text is refused here. */
function versionFindings(raw: Raw): Finding[] {
  const { version } = raw;
  return typeof version === "object"
    ? [error({ message: wrongType("The pipeline: `version`", "string", version), path: ["version"] })]
    : [];
}

/** More faults than this say no more, and each costs a search for its place. */
const maxFindings = 200;

/** Checks a value against the schema; `document` is null when it does not fit. */
export function checkSchema(raw: Raw): { document: PipelineDocument | null; findings: Finding[] } {
  const parsed = PipelineDocument.safeParse(raw);
  const findings = [
    ...versionFindings(raw),
    ...(parsed.error?.issues ?? []).slice(0, maxFindings).flatMap((issue) => fromIssue(issue, raw)),
  ];
  return { document: findings.length === 0 ? (parsed.data ?? null) : null, findings };
}
