// Memory of one process: what it alone holds, and its share of what it has in common with others.
import { readFileSync } from "node:fs";

/** Proportional set size in MB. Throws where /proc does not tell. */
export function pssMb(pid: number): number {
  const kb = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  if (kb === undefined) throw new Error("the memory of processes cannot be read here (Linux only)");
  return Number(kb) / 1024;
}
