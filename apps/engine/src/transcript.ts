/** Keeps what a session said: copies the events of steps from the run's stream into Postgres, behind the run's back. */
import type { Log } from "@djinnbot/config";
import type { Deps } from "@djinnbot/core";
import { runEvents, toEntries } from "@djinnbot/events";
import { now } from "./clock.ts";
import type { HeldRun, OpenStep } from "./held-run.ts";
import { copyBatches, cursorsOf, type Told, unfinished } from "./store/transcript.ts";
import { Gathered, isLater } from "./transcript-lines.ts";

/** The clocks of Redis and this machine may differ by this much. */
const slackMs = 10_000;
/** Steps that end within this time are copied together. */
const gatherMs = 200;
const maxKnown = 2000;
/** A step that cannot be copied is left alone after so many tries of this process. */
const maxFailures = 3;

interface Known {
  /** Last entry of the stream that was looked at for this step; null before the first copy. */
  cursor: string | null;
  /** Ids of the last messages: a runtime that did not hear that Redis took one appends it once more, as another entry. */
  recent: Set<unknown>;
}

export class Transcript {
  readonly #deps: Deps;
  readonly #log: Log;
  readonly #everyMs: number;
  #waiting: Told[] = [];
  readonly #known = new Map<string, Known>();
  readonly #failures = new Map<string, number>();
  #running: Promise<void> | null = null;
  #lookedAt = now();

  constructor(deps: Deps, log: Log, everyMs: number) {
    this.#deps = deps;
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** A step has ended: its events are complete on the stream. */
  add(run: Pick<HeldRun, "tenantId" | "runId">, step: OpenStep): void {
    this.#push(told(run, step, true));
  }

  /**
   * From time to time: what running steps have said until now, because a stream is trimmed and Redis may be lost before a long step
   * ends; and ended steps whose transcript another engine did not live to copy.
   */
  async keepUp(running: readonly { run: Pick<HeldRun, "tenantId" | "runId">; step: OpenStep }[]): Promise<void> {
    const lookedAt = now();
    if (lookedAt - this.#lookedAt < this.#everyMs) {
      return;
    }
    this.#lookedAt = lookedAt;
    for (const { run, step } of running) {
      this.#push(told(run, step, false));
    }
    const givenUp = [...this.#failures].flatMap(([id, times]) => (times >= maxFailures ? [id] : []));
    for (const step of await unfinished(this.#deps, { before: lookedAt - this.#everyMs, givenUp })) {
      this.#push(step);
    }
  }

  async flush(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  #push(step: Told | null): void {
    if (step === null) {
      return;
    }
    this.#waiting.push(step);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const byRun = Map.groupBy(this.#waiting, (step) => step.runId);
      this.#waiting = [];
      for (const [runId, steps] of byRun) {
        try {
          await this.#copy(once(steps));
        } catch (error) {
          this.#log.warn(
            { err: (error as Error).message, run_id: runId },
            "a transcript was not kept; once more later",
          );
          this.#forget(steps);
        }
      }
    }
  }

  /** Copies what belongs to these steps of one run and was not copied yet. */
  async #copy(steps: readonly Told[]): Promise<void> {
    const [first] = steps;
    if (!first) {
      return;
    }
    await this.#learn(first.tenantId, steps);
    const parts = steps.map((step) => ({ step, ...this.#of(step), gathered: new Gathered() }));
    const starts = parts.map(({ step, cursor }) => cursor ?? `${Math.max(step.since - slackMs, 0)}-0`);
    let from = starts.reduce((a, b) => (isLater(a, b) ? b : a));
    let end: string | null = null;
    for (;;) {
      const key = runEvents.key(first);
      const entries = toEntries((await this.#deps.redis.xrange(key, from, "+", "COUNT", 1000)) as [string, string[]][]);
      for (const entry of entries) {
        for (const { step, cursor, recent, gathered } of parts) {
          if (cursor === null || isLater(entry.id, cursor)) {
            gathered.take(entry, step, recent);
          }
        }
      }
      end = entries.at(-1)?.id ?? end;
      if (entries.length < 1000 || end === null) {
        break;
      }
      from = `(${end}`;
    }
    for (const { step, cursor, recent, gathered } of parts) {
      const next = end !== null && (cursor === null || isLater(end, cursor)) ? end : cursor;
      await copyBatches(this.#deps, step, { lines: gathered.lines, cursor, next });
      this.#remember(step, { cursor: next, recent });
    }
  }

  /** Where an earlier copy, perhaps of another engine, has stopped. */
  async #learn(tenantId: string, steps: readonly Told[]): Promise<void> {
    const unknown = steps.filter((step) => !this.#known.has(step.id));
    if (unknown.length > 0) {
      const cursors = await cursorsOf(
        this.#deps,
        tenantId,
        unknown.map(({ id }) => id),
      );
      for (const step of unknown) {
        this.#known.set(step.id, { cursor: cursors.get(step.id) ?? null, recent: new Set() });
      }
    }
  }
  #of(step: Told): Known {
    return this.#known.get(step.id) ?? { cursor: null, recent: new Set() };
  }
  #remember(step: Told, known: Known): void {
    this.#known.delete(step.id);
    this.#failures.delete(step.id);
    if (!step.isOver) {
      this.#known.set(step.id, known);
    }
    const oldest = this.#known.size > maxKnown ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#known.delete(oldest);
    }
  }
  #forget(steps: readonly Told[]): void {
    for (const { id } of steps) {
      this.#known.delete(id);
      this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1);
    }
    const oldest = this.#failures.size > maxKnown ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#failures.delete(oldest);
    }
  }
}

function told(run: Pick<HeldRun, "tenantId" | "runId">, step: OpenStep, isOver: boolean): Told | null {
  const { id, stepId, attempt, sessionId, startedAt } = step;
  return sessionId === null || startedAt === null
    ? null
    : { ...{ tenantId: run.tenantId, runId: run.runId }, id, sessionId, stepId, attempt, since: startedAt, isOver };
}

/** Of each step one; that it is over counts. */
function once(steps: readonly Told[]): Told[] {
  const byId = Map.groupBy(steps, (step) => step.id);
  return [...byId.values()].flatMap(([first, ...more]) =>
    first ? [{ ...first, isOver: [first, ...more].some((step) => step.isOver) }] : [],
  );
}
