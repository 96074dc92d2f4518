/** What may come at a place of a pipeline's text: keys and values of the published schema, and names the text itself defines. Pure. */
import { builtinTools, pipelineSchema } from "@djinnbot/contracts";

export interface Proposal {
  label: string;
  /** What it is, in a word. */
  detail: string;
  /** Text to insert. */
  apply: string;
}
export interface Completion {
  /** Where what is replaced begins. */
  from: number;
  options: Proposal[];
}
/** The part of JSON Schema that the language's schema uses. */
interface Schema {
  type?: string | string[];
  enum?: string[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

const stepKeys = new Set(["onComplete", "goto", "onEachComplete", "onAllComplete", "onFailure", "branches"]);
const linePattern = /^(\s*)((?:-\s+)*)(?:([\w-]+):(\s+|$))?(.*)$/;

interface Line {
  indent: number;
  /** True for the first line of an item of a list. */
  isItem: boolean;
  key: string | null;
  value: string;
}

function readLine(text: string): Line {
  const [, space = "", dashes = "", key = null, , value = ""] = linePattern.exec(text) ?? [];
  return { indent: space.length + dashes.length, isItem: dashes !== "", key, value };
}

/** Null inside of a text, a comment, or where the schema has nothing to say. */
export function completeAt(text: string, offset: number): Completion | null {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(start, offset);
  const line = readLine(before);
  if (/(^|\s)#/.test(before) || line.value.startsWith("|")) {
    return null;
  }
  const above = text.slice(0, start).split("\n").slice(0, -1).map(readLine);
  const parents = parentsOf(above, line);
  if (parents === null) {
    return null;
  }
  const names = namesIn(text);
  if (line.key !== null) {
    return valuesAt([...parents, line.key], { ...line, offset, names });
  }
  const word = /[\w-]*$/.exec(before)?.[0] ?? "";
  if (line.isItem && line.value === word) {
    const items = valuesAt(parents, { value: word, offset, names });
    if (items) {
      return items;
    }
  }
  return line.value === word ? keysAt(parents, { from: offset - word.length, above, line }) : null;
}

/** Keys and list items that lead to the line, outermost first (`[]` for an item); null inside of a block of text. */
function parentsOf(above: readonly Line[], line: Line): string[] | null {
  const path: string[] = [];
  let indent = line.indent;
  let isItem = line.isItem;
  for (const parent of above.toReversed()) {
    const isEmpty = parent.key === null && parent.value.trim() === "";
    if (isEmpty || parent.indent > indent) {
      continue;
    }
    if (parent.indent === indent) {
      // The first key of the item stands beside its dash.
      isItem ||= parent.isItem;
      continue;
    }
    if (/^[|>]/.test(parent.value)) {
      return null;
    }
    if (isItem) {
      path.unshift("[]");
    }
    if (parent.key === null) {
      return null;
    }
    path.unshift(parent.key);
    indent = parent.indent;
    isItem = parent.isItem;
  }
  if (isItem) {
    path.unshift("[]");
  }
  return path[0] === "[]" ? null : path;
}

function schemaAt(path: readonly string[]): Schema[] {
  let found: Schema[] = [pipelineSchema() as Schema];
  for (const part of path) {
    found = found
      .flatMap((schema) => [schema, ...(schema.anyOf ?? [])])
      .flatMap((schema) => {
        const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
        const next = part === "[]" ? schema.items : (schema.properties?.[part] ?? more);
        return next ? [next] : [];
      });
  }
  return found.flatMap((schema) => [schema, ...(schema.anyOf ?? [])]);
}

interface KeyPlace {
  from: number;
  above: readonly Line[];
  line: Line;
}

function keysAt(path: readonly string[], { from, above, line }: KeyPlace): Completion | null {
  const taken = new Set(siblingsOf(above, line));
  const options = schemaAt(path)
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .filter(([key]) => !taken.has(key))
    .map(([key, schema]) => ({ label: key, detail: typeOf(schema), apply: `${key}: ` }));
  return options.length === 0 ? null : { from, options };
}

/** Keys above in the same mapping. */
function siblingsOf(above: readonly Line[], line: Line): string[] {
  if (line.isItem) {
    return [];
  }
  const keys: string[] = [];
  for (const other of above.toReversed()) {
    if (other.indent < line.indent && (other.key !== null || other.value.trim() !== "")) {
      break;
    }
    if (other.indent === line.indent && other.key !== null) {
      keys.push(other.key);
      if (other.isItem) {
        break;
      }
    }
  }
  return keys;
}

interface ValuePlace {
  value: string;
  offset: number;
  names: Names;
}

function valuesAt(path: readonly string[], { value, offset, names }: ValuePlace): Completion | null {
  // In `[a, b` the last of the list is being written.
  const isList = value.startsWith("[");
  const word = /[\w-]*$/.exec(value)?.[0] ?? "";
  if (isList ? value.includes("]") : value !== word) {
    return null;
  }
  const place = isList ? [...path, "[]"] : path;
  const options = [...namesFor(place, names), ...schemaAt(place).flatMap(constantsOf)];
  return options.length === 0 ? null : { from: offset - word.length, options };
}

function constantsOf(schema: Schema): Proposal[] {
  const values = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : []);
  return values.map((label) => ({ label, detail: "value", apply: label }));
}

interface Names {
  steps: string[];
  agents: string[];
  outputs: string[];
}

/** Names that the text defines so far, however unfinished it is. */
function namesIn(text: string): Names {
  const [head = "", steps = ""] = text.split(/^steps:/m);
  const agents = text.match(/^agents:[\s\S]*?(?=^\w|(?![\s\S]))/m)?.[0] ?? head;
  const idsIn = (part: string) => [...part.matchAll(/[-{,]\s*id:\s*([\w-]+)/g)].map((match) => match[1] ?? "");
  const outputs = [...text.matchAll(/outputs:\s*\[([^\]]*)\]/g)].flatMap((match) => (match[1] ?? "").split(/[\s,]+/));
  return { steps: idsIn(steps), agents: idsIn(agents), outputs: outputs.filter(Boolean) };
}

function namesFor(path: readonly string[], names: Names): Proposal[] {
  const named = (detail: string, labels: readonly string[]) =>
    [...new Set(labels)].map((label) => ({ label, detail, apply: label }));
  const key = path.findLast((part) => part !== "[]") ?? "";
  if (stepKeys.has(key)) {
    return named("step", names.steps);
  }
  switch (key) {
    case "agent":
      return named("agent", names.agents);
    case "over":
      return named("output", names.outputs);
    case "tools":
      return named("tool", builtinTools);
    default:
      return [];
  }
}

function typeOf({ type, enum: values, anyOf, properties, items }: Schema): string {
  return values
    ? values.join(" | ")
    : (anyOf ?? []).map(typeOf).join(" or ") || (properties ? "mapping" : items ? "list" : String(type ?? "any"));
}
