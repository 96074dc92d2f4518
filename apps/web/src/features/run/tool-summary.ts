/** One line that says what a tool call is about, and its arguments as readable text. */
import { plural } from "@djinnbot/ui";

/** The argument that tells most, by name, for any tool. */
const TELLING = ["command", "file_path", "filePath", "path", "pattern", "query", "url", "title", "summary", "reason"];

export type ToolArgs = { summary: string; fields: readonly { name: string; value: string; block: boolean }[] };

/** Reads the JSON of a call. What is no object is shown as it stands. */
export function readToolArgs(args: string | null): ToolArgs {
  if (args === null) {
    return { summary: "", fields: [] };
  }
  const parsed = parseObject(args);
  if (parsed === null) {
    return { summary: firstLine(args), fields: args === "" ? [] : [{ name: "arguments", value: args, block: true }] };
  }
  const names = Object.keys(parsed);
  const telling = TELLING.find((name) => typeof parsed[name] === "string" && parsed[name] !== "");
  const extra = names.find((name) => name !== telling && name === "pattern" && typeof parsed[name] === "string");
  const main = telling === undefined ? (counted(parsed) ?? firstScalar(parsed)) : String(parsed[telling]);
  return {
    summary: firstLine(extra === undefined ? main : `${main} · ${String(parsed[extra])}`),
    fields: names.map((name) => field(name, parsed[name])),
  };
}

function field(name: string, raw: unknown) {
  const value = typeof raw === "string" ? raw : JSON.stringify(raw, null, 2);
  return { name, value: value ?? "", block: (value ?? "").includes("\n") || (value ?? "").length > 80 };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Work that is given away tells most by how much of it there is. */
function counted(object: Record<string, unknown>): string | null {
  for (const [name, word, words] of [
    ["tasks", "task", "tasks"],
    ["approaches", "approach", "approaches"],
  ] as const) {
    const list = object[name];
    if (Array.isArray(list)) {
      return plural(list.length, word, words);
    }
  }
  return null;
}

function firstScalar(object: Record<string, unknown>): string {
  const value = Object.values(object).find(
    (candidate) => typeof candidate === "string" || typeof candidate === "number",
  );
  return value === undefined ? "" : String(value);
}

function firstLine(text: string): string {
  const line = text.trimStart().split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
