/** Keeps what a session said: copies the events of steps from the run's stream into Postgres, behind the run's back. */
import type { Log } from "@djinnbot/config";
import type { Deps } from "@djinnbot/core";
import { runEvents, toEntries } from "@djinnbot/events";
import { now } from "../lib/clock.ts";
import type { RunKey } from "../store/claim.ts";
import {
  type Copy,
  copyBatches,
  copyGroup,
  cursorsOf,
  type Execution,
  groups,
  isSmall,
  type OpenExecution,
  unfinished,
} from "../store/transcript.ts";
import { Gathered, isLater, partOf, readEntry } from "./transcript-lines.ts";

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

/** Of a run's stream: what was looked at for some of its executions. The others need not look there again. */
interface Looked {
  from: string;
  to: string;
  /** First entries of the others, by execution. */
  others: Map<string, string>;
}

const maxLooked = 500;
/** Honest runs have one execution at a time. */
const maxOthers = 50;

export class Transcript {
  readonly #deps: Deps;
  readonly #log: Log;
  readonly #everyMs: number;
  #waiting: Execution[] = [];
  readonly #known = new Map<string, Known>();
  /** By run. */
  readonly #looked = new Map<string, Looked>();
  readonly #failures = new Map<string, number>();
  #running: Promise<void> | null = null;
  #lookedAt = now();

  constructor(deps: Deps, log: Log, everyMs: number) {
    this.#deps = deps;
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** A step has ended: its events are complete on the stream. */
  add(run: RunKey, step: OpenExecution): void {
    this.#push(executionOf(run, step, true));
  }

  /**
   * From time to time: what running steps have said until now, because a stream is trimmed and Redis may be lost before a long step
   * ends; and ended steps whose transcript another engine did not live to copy.
   */
  async keepUp(running: readonly { run: RunKey; step: OpenExecution }[]): Promise<void> {
    const lookedAt = now();
    if (lookedAt - this.#lookedAt < this.#everyMs) {
      return;
    }
    this.#lookedAt = lookedAt;
    for (const { run, step } of running) {
      this.#push(executionOf(run, step, false));
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

  #push(step: Execution | null): void {
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
      const steps = once(this.#waiting);
      this.#waiting = [];
      const unlearned = steps.filter((step) => !this.#known.has(step.id));
      for (const some of Map.groupBy(unlearned, (step) => step.tenantId).values()) {
        await this.#try(some, () => this.#learn(some));
      }
      const learned = steps.filter((step) => this.#known.has(step.id));
      const copies: Copy[] = [];
      for (const some of Map.groupBy(learned, (step) => step.runId).values()) {
        await this.#try(some, async () => void copies.push(...(await this.#read(some))));
      }
      await this.#write(copies);
    }
  }

  /** Those of which it fails are looked at again later. */
  async #try(steps: readonly Execution[], task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      const { message } = error as Error;
      const runs = [...new Set(steps.map((step) => step.runId))];
      this.#log.warn({ err: message, run_id: runs.join(" ") }, "a transcript was not kept; once more later");
      this.#forget(steps);
      return false;
    }
  }

  /** Where an earlier copy, perhaps of another engine, has stopped. The steps are of one tenant. */
  async #learn(steps: readonly Execution[]): Promise<void> {
    const tenantId = steps[0]?.tenantId ?? "";
    const ids = steps.map(({ id }) => id);
    const cursors = await cursorsOf(this.#deps, tenantId, ids);
    for (const id of ids) {
      this.#known.set(id, { cursor: cursors.get(id) ?? null, recent: new Set() });
    }
  }

  /** What belongs to these steps of one run and was not copied yet. */
  async #read(steps: readonly Execution[]): Promise<Copy[]> {
    const [first] = steps;
    if (!first) {
      return [];
    }
    const looked = this.#looked.get(first.runId);
    const parts = steps.map((step) => ({ step, ...this.#of(step), gathered: new Gathered() }));
    const byPart = new Map(parts.map((part) => [partOf(part.step), part]));
    const begin = parts.map(({ step, cursor }) => cursor ?? placeOf(step, looked)).reduce(earlier);
    const others = new Map([...(looked?.others ?? [])].filter(([name]) => !byPart.has(name)));
    let from = begin;
    let end: string | null = null;
    for (;;) {
      const key = runEvents.key(first);
      const entries = toEntries((await this.#deps.redis.xrange(key, from, "+", "COUNT", 1000)) as [string, string[]][]);
      for (const entry of entries) {
        const said = readEntry(entry);
        const part = said && byPart.get(said.part);
        if (part && (part.cursor === null || isLater(entry.id, part.cursor))) {
          part.gathered.take(said, part.recent);
        } else if (said && !part && !others.has(said.part)) {
          others.set(said.part, entry.id);
        }
      }
      end = entries.at(-1)?.id ?? end;
      if (entries.length < 1000 || end === null) {
        break;
      }
      from = `(${end}`;
    }
    this.#look(first.runId, {
      from: earlier(looked?.from ?? begin, begin),
      to: later(looked?.to ?? begin, end),
      others,
    });
    return parts.map(({ step, cursor, gathered }) => {
      const next = end !== null && (cursor === null || isLater(end, cursor)) ? end : cursor;
      return { step, lines: gathered.lines, cursor, next };
    });
  }

  /** Small ones together; a statement that Postgres refuses takes nothing with it: each is tried alone. */
  async #write(copies: readonly Copy[]): Promise<void> {
    const alone = copies.filter((copy) => !isSmall(copy));
    for (const group of groups(copies)) {
      try {
        const missed = new Set(await copyGroup(this.#deps, group));
        for (const copy of group) {
          if (missed.has(copy.step)) {
            alone.push(copy);
          } else {
            this.#remember(copy);
          }
        }
      } catch {
        alone.push(...group);
      }
    }
    for (const copy of alone) {
      if (await this.#try([copy.step], () => copyBatches(this.#deps, copy))) {
        this.#remember(copy);
      }
    }
  }

  #look(runId: string, looked: Looked): void {
    this.#looked.delete(runId);
    if (looked.others.size <= maxOthers) {
      this.#looked.set(runId, looked);
    }
    dropOldest(this.#looked, maxLooked);
  }
  #of(step: Execution): Known {
    return this.#known.get(step.id) ?? { cursor: null, recent: new Set() };
  }
  #remember({ step, next }: Copy): void {
    const { recent } = this.#of(step);
    this.#known.delete(step.id);
    this.#failures.delete(step.id);
    if (!step.isOver) {
      this.#known.set(step.id, { cursor: next, recent });
    }
    dropOldest(this.#known, maxKnown);
  }
  #forget(steps: readonly Execution[]): void {
    for (const { id, runId } of steps) {
      this.#known.delete(id);
      this.#looked.delete(runId);
      this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1);
    }
    dropOldest(this.#failures, maxKnown);
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) {
    map.delete(oldest);
  }
}

const earlier = (a: string, b: string) => (isLater(a, b) ? b : a);
const later = (a: string, b: string | null) => (b !== null && isLater(b, a) ? b : a);

/** Where an execution that was never copied begins: nothing of it is before. */
function placeOf(step: Execution, looked: Looked | undefined): string {
  const start = `${Math.max(step.since - slackMs, 0)}-0`;
  return looked && !isLater(looked.from, start) ? (looked.others.get(partOf(step)) ?? looked.to) : start;
}

function executionOf(run: RunKey, step: OpenExecution, isOver: boolean): Execution | null {
  const { id, stepId, attempt, sessionId, startedAt } = step;
  return sessionId === null || startedAt === null
    ? null
    : { ...{ tenantId: run.tenantId, runId: run.runId }, id, sessionId, stepId, attempt, since: startedAt, isOver };
}

/** Of each step one; that it is over counts. */
function once(steps: readonly Execution[]): Execution[] {
  const byId = Map.groupBy(steps, (step) => step.id);
  return [...byId.values()].flatMap(([first, ...more]) =>
    first ? [{ ...first, isOver: [first, ...more].some((step) => step.isOver) }] : [],
  );
}
