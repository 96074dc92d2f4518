/** Entries of a run's stream as lines of a step's transcript: what is kept, once, and texts that came in pieces in one piece. */
import { transcriptTypes } from "@djinnbot/contracts";

export interface Line {
  streamId: string;
  type: string;
  at: number;
  data: Record<string, unknown>;
}
interface Step {
  stepId: string;
  attempt: number;
}

const kept = new Set(transcriptTypes);
const chunked = new Set(["STEP_OUTPUT", "STEP_THINKING"]);
const maxChunk = 100_000;
const maxRecent = 500;

export class Gathered {
  readonly lines: Line[] = [];

  /** `recent` holds the ids of the step's last messages, over several copies. */
  take(entry: { id: string; data: string }, step: Step, recent: Set<unknown>): void {
    const data = parse(entry.data);
    const { type, at, stepId, attempt } = data ?? {};
    const isOurs = stepId === step.stepId && attempt === step.attempt;
    if (!data || !isOurs || typeof type !== "string" || typeof at !== "number") {
      return;
    }
    // What is not kept must not split a text that came in pieces either.
    if (kept.has(type) && !recent.has(data.id)) {
      recent.add(data.id);
      const [oldest] = recent.size > maxRecent ? recent : [];
      recent.delete(oldest);
      append(this.lines, { streamId: entry.id, type, at, data });
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
