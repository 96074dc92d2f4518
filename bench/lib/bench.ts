// What a measurement is, and how its rows are collected.
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
  /** Runs one part; its failure is reported, the others go on, and the exit code is not 0. */
  attempt: (what: string, part: () => Promise<void>) => Promise<void>;
}

export interface Collected {
  rows: Row[];
  notes: string[];
  failures: { what: string; message: string }[];
}

/** The collecting half of a {@link Bench}. */
export function collector(collected: Collected, log: (line: string) => void): Pick<Bench, "add" | "note" | "attempt"> {
  return {
    add: (row, samples) => void collected.rows.push({ ...row, ...spreadOf(samples) }),
    note: (text) => void collected.notes.push(text),
    attempt: async (what, part) => {
      try {
        await part();
      } catch (error) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        collected.failures.push({ what, message });
        log(`✗ ${what}: ${message.split("\n")[0]}`);
      }
    },
  };
}
