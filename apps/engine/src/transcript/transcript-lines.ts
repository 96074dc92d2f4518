/** Entries of a run's stream as lines of a step's transcript: what is kept, once, and texts that came in pieces in one piece. */
import { transcriptTypes } from "@djinnbot/contracts";
import type { Line } from "../store/transcript.ts";

/** An entry that belongs into a transcript. */
export interface Said {
  /** Of the execution: see {@link partOf}. */
  part: string;
  /** Of the message. */
  id: unknown;
  line: Line;
}

const kept = new Set(transcriptTypes);
const chunked = new Set(["STEP_OUTPUT", "STEP_THINKING"]);
const maxChunk = 100_000;
const maxRecent = 500;

/** Names an execution among those of its run. */
export function partOf(step: { stepId: unknown; attempt: unknown }): string {
  return `${step.stepId} ${step.attempt}`;
}

/** What is not kept is null: it must not split a text that came in pieces either. */
export function readEntry(entry: { id: string; data: string }): Said | null {
  const data = parse(entry.data);
  const { type, at, stepId, attempt } = data ?? {};
  return data && typeof type === "string" && typeof at === "number" && kept.has(type)
    ? { part: partOf({ stepId, attempt }), id: data.id, line: { streamId: entry.id, type, at, data } }
    : null;
}

export class Gathered {
  readonly lines: Line[] = [];

  /** `recent` holds the ids of the step's last messages, over several copies. */
  take({ id, line }: Said, recent: Set<unknown>): void {
    if (!recent.has(id)) {
      recent.add(id);
      const [oldest] = recent.size > maxRecent ? recent : [];
      recent.delete(oldest);
      append(this.lines, line);
    }
  }
}

/** Ids of a stream are two numbers each. */
export function isLater(id: string, than: string): boolean {
  const [a = "0", b = "0"] = id.split("-");
  const [c = "0", d = "0"] = than.split("-");
  return Number(a) === Number(c) ? Number(b) > Number(d) : Number(a) > Number(c);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(clean(text));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** JSON text without the escapes that Postgres refuses: NUL, and halves of characters. */
function clean(text: string): string {
  return text.includes("\\u") ? text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, "$1") : text;
}

function append(lines: Line[], line: Line): void {
  const last = lines.at(-1);
  const [a, b] = [last?.data.chunk, line.data.chunk];
  if (last?.type === line.type && chunked.has(line.type) && typeof a === "string" && typeof b === "string") {
    if (a.length + b.length <= maxChunk) {
      last.data = { ...last.data, chunk: a + b };
      return;
    }
  }
  lines.push(line);
}
