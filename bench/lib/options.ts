// The command line of the bench.
import { parseArgs } from "node:util";
import { Problem } from "../../scripts/services/problem.ts";

export const benchNames = [
  "dispatch",
  "noop",
  "rest",
  "sse",
  "gateway",
  "container",
  "scale",
  "open-runs",
  "start",
] as const;
export type BenchName = (typeof benchNames)[number];

export interface Options {
  /** Small counts: to see that it works, not to quote. */
  quick: boolean;
  only: readonly BenchName[];
  /** File that takes all figures. */
  json: string | null;
  /** SVG file that takes the curves of cost as work grows. */
  plot: string | null;
  /** Folder that takes CPU profiles of our own processes. */
  profile: string | null;
  /** Minutes after which any part is given up; null = each part's own limit. */
  limitMinutes: number | null;
}

/** Reads the arguments. Throws a Problem for unknown ones. */
export function readOptions(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        plot: { type: "string" },
        profile: { type: "string" },
        limit: { type: "string" },
      },
    });
    const only = values.only.flatMap((names) => names.split(",")).map(benchNameOf);
    return {
      quick: values.quick,
      only: only.length > 0 ? only : benchNames,
      json: values.json ?? null,
      plot: values.plot ?? null,
      profile: values.profile ?? null,
      limitMinutes: values.limit === undefined ? null : minutesOf(values.limit),
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem((error as Error).message, usage);
  }
}

const usage = `npm run bench -- [--quick] [--only=${benchNames.join("|")}] [--json=<file>] [--plot=<file.svg>] [--profile=<folder>] [--limit=<minutes>]`;

function benchNameOf(name: string): BenchName {
  const found = benchNames.find((known) => known === name);
  if (!found) throw new Problem(`there is no measurement named "${name}"`, usage);
  return found;
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0)) throw new Problem(`--limit=${text} is not a number of minutes`, usage);
  return minutes;
}
