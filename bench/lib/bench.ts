// What a measurement is, and how its rows are collected.
import { GivenUp, refuseLate, runPart, signOfLife } from "./attempt.ts";
import type { Options } from "./options.ts";
import type { BenchProduct } from "./product.ts";
import type { Backends } from "./servers.ts";
import { type Spread, spreadOf } from "./stats.ts";

/** Who was measured: the product, a rival, or the least that any design would have to do. */
export type Kind = "ours" | "peer" | "floor";
export interface Subject {
  kind: Kind;
  /** Name with version. */
  name: string;
}
export interface Row extends Spread {
  /** Rows of one measure are compared with each other. */
  measure: string;
  subject: Subject;
  unit: "ms" | "/s" | "MB";
  /** What `n` counts. */
  of: string;
  /** Place on a curve of the plot: how much work there was. */
  at?: { curve: string; size: number };
}

export interface Bench {
  options: Options;
  log: (line: string) => void;
  /** Durable Postgres and Redis, started on first use. */
  backends: () => Promise<Backends>;
  /** The whole product, started on first use. */
  product: () => Promise<BenchProduct>;
  /** Adds the spread of samples to the table. */
  add: (row: Omit<Row, keyof Spread>, samples: readonly number[]) => void;
  /** A remark below the table. */
  note: (text: string) => void;
  /**
   * Runs one part; its failure is reported, the others go on, and the exit code is not 0. It is given up after `minutes` (10, or what
   * the command line says), in which parts inside it and the start of shared servers do not count.
   */
  attempt: (what: string, part: () => Promise<void>, minutes?: number) => Promise<void>;
}

export interface Collected {
  rows: Row[];
  notes: string[];
  failures: { what: string; message: string }[];
}

const usualMinutes = 10;

/** The collecting half of a {@link Bench}. */
export function collector(
  collected: Collected,
  { log, limitMinutes }: { log: (line: string) => void; limitMinutes: number | null },
): Pick<Bench, "log" | "add" | "note" | "attempt"> {
  return {
    log: (line) => {
      signOfLife(line);
      log(line);
    },
    add: (row, samples) => {
      refuseLate();
      collected.rows.push({ ...row, ...spreadOf(samples) });
      signOfLife(`${row.measure}: ${row.subject.name}`);
    },
    note: (text) => {
      refuseLate();
      collected.notes.push(text);
    },
    attempt: async (what, part, minutes = usualMinutes) => {
      try {
        await runPart(what, (limitMinutes ?? minutes) * 60_000, part);
      } catch (error) {
        const { message: text, stack } = error instanceof Error ? error : new Error(String(error));
        const message = error instanceof GivenUp ? text : (stack ?? text);
        collected.failures.push({ what, message });
        log(`✗ ${what}: ${message.split("\n")[0]}`);
      }
    },
  };
}
