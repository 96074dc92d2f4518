/** YAML text → plain value plus the place of every node. Syntax errors, duplicate keys, bombs and empty texts end here. */
import type { PipelineProblem } from "@djinnbot/contracts";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { maxAliases, refuseText } from "./text-limits.ts";

export type Path = readonly (string | number)[];
export interface Position {
  /** Both count from 1. */
  line: number;
  column: number;
}
export interface PipelineSource {
  raw: Record<string, unknown>;
  /** Where the node at a path stands; of what does not exist, where its nearest parent stands. */
  locate(place: { path: Path; atKey?: boolean; offset?: number }): Position;
}

const problemAt = (position: Position, message: string): PipelineProblem => ({
  severity: "error",
  message,
  ...position,
  path: "",
});
const start: Position = { line: 1, column: 1 };

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "YAML is indented with spaces; replace the tab on this line.";
    case "MULTIPLE_DOCS":
      return "A pipeline is one YAML document; remove everything from the second `---` on.";
    default:
      return `This is not valid YAML: ${message
        .replace(/"quote$/, "double quote")
        .replace(/'quote$/, "single quote")
        .replace(/[.:]?\s*$/, "")}.`;
  }
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

interface Found {
  node: Node | null;
  key: Node | null;
}

function follow(document: Document, node: unknown): Node | null {
  return ((isAlias(node) ? node.resolve(document) : node) ?? null) as Node | null;
}

function child(document: Document, parent: Node | null, segment: string | number): Found | null {
  if (isMap(parent)) {
    const pair = parent.items.findLast((item) => keyText(item.key) === String(segment));
    return pair ? { node: follow(document, pair.value), key: pair.key as Node } : null;
  }
  if (isSeq(parent) && typeof segment === "number" && segment < parent.items.length) {
    return { node: follow(document, parent.items[segment]), key: null };
  }
  return null;
}

function find(document: Document, path: Path): Found & { complete: boolean } {
  let at: Found = { node: document.contents as Node | null, key: null };
  for (const segment of path) {
    const next = child(document, at.node, segment);
    if (!next) {
      return { ...at, complete: false };
    }
    at = next;
  }
  return { ...at, complete: true };
}

/** Place of a character inside a `|` block, whose lines are lines of the text; of other scalars only the start is known. */
function insideScalar(options: { node: Node; offset: number; lines: string[]; from: Position }): Position {
  const { node, offset, lines, from } = options;
  if (!isScalar(node) || node.type !== "BLOCK_LITERAL" || typeof node.value !== "string") {
    return from;
  }
  const before = node.value.slice(0, offset);
  const line = from.line + 1 + before.split("\n").length - 1;
  const written = node.value.split("\n")[line - from.line - 1] ?? "";
  const indent = (lines[line - 1] ?? "").indexOf(written);
  return { line, column: Math.max(indent, 0) + (offset - (before.lastIndexOf("\n") + 1)) + 1 };
}

function locator(yaml: string, document: Document, counter: LineCounter): PipelineSource["locate"] {
  const lines = yaml.split(/\r?\n/);
  const at = (node: Node | null): Position => {
    const place = node?.range ? counter.linePos(node.range[0]) : null;
    return place && place.line > 0 ? { line: place.line, column: place.col } : start;
  };
  return ({ path, atKey, offset }) => {
    const found = find(document, path);
    const from = at((atKey && found.complete ? found.key : null) ?? found.node ?? found.key);
    return offset === undefined || !found.node ? from : insideScalar({ node: found.node, offset, lines, from });
  };
}

/** Keys written twice and aliases of nothing, in one walk: the library's own checks grow with the square of the text. */
function nodeProblems(
  document: Document,
  counter: LineCounter,
): { twice: PipelineProblem[]; loose: PipelineProblem[] } {
  const anchors = new Set<string>();
  const found = { twice: [] as PipelineProblem[], loose: [] as PipelineProblem[] };
  const at = (node: unknown): Position => {
    const { line, col } = counter.linePos((node as Node).range?.[0] ?? 0);
    return { line, column: col };
  };
  visit(document, {
    Node(_key, node) {
      if (isAlias(node) && !anchors.has(node.source)) {
        const message = `No anchor \`&${node.source}\` stands before \`*${node.source}\`.`;
        found.loose.push(problemAt(at(node), message));
      } else if (!isAlias(node) && node.anchor) {
        anchors.add(node.anchor);
      }
    },
    Map(_key, map) {
      if (map.anchor) {
        anchors.add(map.anchor);
      }
      const keys = new Set<string>();
      for (const { key } of map.items) {
        const text = keyText(key);
        if (keys.has(text)) {
          const message = `The key \`${text.slice(0, 64)}\` is written twice in the same place; keep one of them.`;
          found.twice.push(problemAt(at(key), message));
        }
        keys.add(text);
      }
    },
  });
  return found;
}

/** `version: 1.0` is the text 1.0, not the number 1. */
function keepVersionText(raw: Record<string, unknown>, document: Document): void {
  const { node } = find(document, ["version"]);
  if (typeof raw.version === "number" && isScalar(node) && node.source) {
    raw.version = node.source;
  }
}

function toValue(document: Document): { raw: unknown } | { message: string } {
  try {
    return { raw: document.toJS({ maxAliasCount: maxAliases }) };
  } catch {
    return { message: `The text repeats its anchors too often; at most ${maxAliases} repetitions are read.` };
  }
}

function parse(yaml: string, counter: LineCounter): Document | null {
  try {
    return parseDocument(yaml, { lineCounter: counter, prettyErrors: false, logLevel: "error", uniqueKeys: false });
  } catch {
    return null;
  }
}

function syntaxProblems(document: Document, counter: LineCounter): PipelineProblem[] {
  return document.errors.map((fault) => {
    const { line, col } = counter.linePos(fault.pos[0]);
    return problemAt({ line, column: col }, syntaxMessage(fault.code, fault.message));
  });
}

/** Reads a YAML text; `source` is null when it is too broken to look further. Never throws. */
export function readSource(yaml: string): { source: PipelineSource | null; problems: PipelineProblem[] } {
  const refuse = (message: string) => ({ source: null, problems: [problemAt(start, message)] });
  const refusal = refuseText(yaml);
  if (refusal) {
    return refuse(refusal);
  }
  const counter = new LineCounter();
  const document = parse(yaml, counter);
  if (!document) {
    return refuse("The text cannot be read as YAML.");
  }
  const { twice, loose } = nodeProblems(document, counter);
  const syntax = [...syntaxProblems(document, counter), ...loose];
  if (syntax.length > 0) {
    return { source: null, problems: [...syntax, ...twice] };
  }
  const value = toValue(document);
  if ("message" in value) {
    return refuse(value.message);
  }
  if (value.raw === null || value.raw === undefined) {
    return refuse("The text is empty; a pipeline needs at least id, name, version, agents and steps.");
  }
  if (!isMap(document.contents)) {
    return refuse("A pipeline is a map of keys: id, name, version, agents, steps.");
  }
  const raw = value.raw as Record<string, unknown>;
  keepVersionText(raw, document);
  return { source: { raw, locate: locator(yaml, document, counter) }, problems: twice };
}
