/** Keeps what a session said: copies the events of ended steps from the run's stream into Postgres, behind the run's back. */
import type { Log } from "@djinnbot/config";
import { narrationTypes, newId } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { runEvents, toEntries } from "@djinnbot/events";
import type { HeldRun, OpenStep } from "./held-run.ts";

interface Ended {
  tenantId: string;
  runId: string;
  sessionId: string;
  stepId: string;
  attempt: number;
  since: number;
}
interface Line {
  /** Of the message: a runtime that did not hear that Redis took it appends it once more, as another entry. */
  id: unknown;
  streamId: string;
  type: string;
  at: number;
  stepId: string;
  attempt: number;
  data: Record<string, unknown>;
}

const kept = new Set<string>([...narrationTypes, "COMMIT_FAILED"]);
const chunked = new Set(["STEP_OUTPUT", "STEP_THINKING"]);
const maxChunk = 100_000;
/** The clocks of Redis and this machine may differ by this much. */
const slackMs = 10_000;
/** Steps that end within this time are copied together. */
const gatherMs = 200;
const batch = 500;
const maxCursors = 2000;

export class Transcript {
  readonly #deps: Deps;
  readonly #log: Log;
  #waiting: Ended[] = [];
  /** Where to read on in a run's stream: behind the last event of the last copied step. Only saves reading. */
  readonly #cursors = new Map<string, string>();
  #running: Promise<void> | null = null;

  constructor(deps: Deps, log: Log) {
    this.#deps = deps;
    this.#log = log;
  }

  /** A step has ended: its events are complete on the stream. */
  add(run: Pick<HeldRun, "tenantId" | "runId">, step: OpenStep): void {
    if (step.sessionId === null || step.startedAt === null) {
      return;
    }
    const { stepId, attempt, sessionId } = step;
    this.#waiting.push({ tenantId: run.tenantId, runId: run.runId, sessionId, stepId, attempt, since: step.startedAt });
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async flush(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const byRun = Map.groupBy(this.#waiting, (ended) => ended.runId);
      this.#waiting = [];
      for (const [runId, steps] of byRun) {
        try {
          await this.#copy(steps);
        } catch (error) {
          this.#log.warn({ err: (error as Error).message, run_id: runId }, "a transcript was not kept");
        }
      }
    }
  }

  /** Copies what belongs to the ended steps of one run. */
  async #copy(steps: readonly Ended[]): Promise<void> {
    const [first] = steps;
    if (!first) {
      return;
    }
    const key = runEvents.key(first);
    const copied = new Map(steps.map((step) => [nameOf(step), { step, lines: [] as Line[] }]));
    const seen = new Set<unknown>();
    let from = this.#cursors.get(first.runId) ?? String(Math.max(first.since - slackMs, 0));
    for (;;) {
      const entries = toEntries((await this.#deps.redis.xrange(key, from, "+", "COUNT", 1000)) as [string, string[]][]);
      for (const entry of entries) {
        const line = lineOf(entry);
        const target = line && copied.get(nameOf(line));
        if (line && target) {
          this.#remember(first.runId, `(${entry.id}`);
          // What is not kept must not split a text that came in pieces either.
          if (kept.has(line.type) && !seen.has(line.id)) {
            seen.add(line.id);
            append(target.lines, line);
          }
        }
      }
      const last = entries.at(-1);
      if (!last || entries.length < 1000) {
        break;
      }
      from = `(${last.id}`;
    }
    const rows = [...copied.values()].flatMap(({ step, lines }) =>
      lines.map(({ streamId, type, at, data }) => ({
        ...{ id: newId("sessionEvent"), sessionId: step.sessionId },
        ...{ streamId, type, at, data },
      })),
    );
    for (let at = 0; at < rows.length; at += batch) {
      await this.#insert(first.tenantId, rows.slice(at, at + batch));
    }
  }

  #remember(runId: string, cursor: string): void {
    this.#cursors.delete(runId);
    this.#cursors.set(runId, cursor);
    const oldest = this.#cursors.size > maxCursors ? this.#cursors.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#cursors.delete(oldest);
    }
  }

  async #insert(tenantId: string, rows: readonly object[]): Promise<void> {
    await tenantPipeline(this.#deps.db, tenantId, [
      {
        text: `INSERT INTO session_events (id, session_id, stream_id, event_type, timestamp, data)
         SELECT r.id, r."sessionId", r."streamId", r.type, r.at, r.data FROM jsonb_to_recordset($1::jsonb)
           AS r(id text, "sessionId" text, "streamId" text, type text, at bigint, data jsonb)
         ON CONFLICT (tenant_id, session_id, stream_id) DO NOTHING`,
        values: [JSON.stringify(rows)],
      },
    ]);
  }
}

const nameOf = ({ stepId, attempt }: { stepId: string; attempt: number }) => `${stepId}#${attempt}`;

/** The event as a line of a step's transcript; null for what is about no step, or is not an event at all. */
function lineOf(entry: { id: string; data: string }): Line | null {
  try {
    const data = JSON.parse(clean(entry.data)) as Record<string, unknown>;
    const { id, type, at, stepId, attempt } = data;
    return typeof type === "string" &&
      typeof at === "number" &&
      typeof stepId === "string" &&
      typeof attempt === "number"
      ? { id, streamId: entry.id, type, at, stepId, attempt, data }
      : null;
  } catch {
    return null;
  }
}

/** JSON text without the escapes that Postgres refuses: NUL, and halves of characters. */
function clean(text: string): string {
  return text.includes("\\u") ? text.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, "$1") : text;
}

/** Text that came in pieces is kept in one piece. */
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
