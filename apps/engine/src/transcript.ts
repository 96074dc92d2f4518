/** Keeps what a session said: copies the events of ended steps from the run's stream into Postgres, behind the run's back. */
import type { Log } from "@djinnbot/config";
import { narrationTypes, newId } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { withTenantSql } from "@djinnbot/core/tenant-sql";
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
  streamId: string;
  type: string;
  at: number;
  data: Record<string, unknown>;
}

const kept = new Set<string>([...narrationTypes, "COMMIT_FAILED"]);
const chunked = new Set(["STEP_OUTPUT", "STEP_THINKING"]);
const maxChunk = 100_000;
/** The clocks of Redis and this machine may differ by this much. */
const slackMs = 10_000;
const batch = 500;

export class Transcript {
  readonly #deps: Deps;
  readonly #log: Log;
  readonly #waiting: Ended[] = [];
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
    for (let ended = this.#waiting.shift(); ended; ended = this.#waiting.shift()) {
      try {
        await this.#copy(ended);
      } catch (error) {
        this.#log.warn({ err: (error as Error).message, run_id: ended.runId }, "a transcript was not kept");
      }
    }
  }

  async #copy(ended: Ended): Promise<void> {
    const key = runEvents.key(ended);
    const lines: Line[] = [];
    let from = String(Math.max(ended.since - slackMs, 0));
    for (;;) {
      const entries = toEntries((await this.#deps.redis.xrange(key, from, "+", "COUNT", 1000)) as [string, string[]][]);
      for (const entry of entries) {
        const line = lineOf(entry, ended);
        if (line) {
          append(lines, line);
        }
      }
      const last = entries.at(-1);
      if (!last || entries.length < 1000) {
        break;
      }
      from = `(${last.id}`;
    }
    for (let at = 0; at < lines.length; at += batch) {
      await this.#insert(ended, lines.slice(at, at + batch));
    }
  }

  async #insert(ended: Ended, lines: readonly Line[]): Promise<void> {
    const rows = lines.map((line) => ({ id: newId("sessionEvent"), ...line }));
    await withTenantSql(this.#deps.db, ended.tenantId, (sql) =>
      sql.query(
        `INSERT INTO session_events (id, session_id, stream_id, event_type, timestamp, data)
         SELECT r.id, $1, r."streamId", r.type, r.at, r.data
         FROM jsonb_to_recordset($2::jsonb) AS r(id text, "streamId" text, type text, at bigint, data jsonb)
         ON CONFLICT (tenant_id, session_id, stream_id) DO NOTHING`,
        [ended.sessionId, JSON.stringify(rows)],
      ),
    );
  }
}

/** The event as a line of the step's transcript; null for what belongs elsewhere or is not an event at all. */
function lineOf(entry: { id: string; data: string }, ended: Ended): Line | null {
  // A cheap look first: most entries of a long run belong to other steps.
  if (!entry.data.includes(ended.stepId)) {
    return null;
  }
  try {
    const event = JSON.parse(entry.data.replaceAll("\\u0000", "")) as Record<string, unknown>;
    const { type, at, stepId, attempt } = event;
    const mine = stepId === ended.stepId && attempt === ended.attempt;
    return mine && typeof type === "string" && kept.has(type) && typeof at === "number"
      ? { streamId: entry.id, type, at, data: JSON.parse(JSON.stringify(event).toWellFormed()) }
      : null;
  } catch {
    return null;
  }
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
