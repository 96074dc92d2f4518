// A start on data that is there, and the memory of everything the product runs.
import { readdirSync, readFileSync } from "node:fs";
import { version } from "@djinnbot/core";
import type { Bench, Subject } from "../lib/bench.ts";

export async function measureStart(bench: Bench): Promise<void> {
  const product = await bench.product();
  const subject: Subject = { kind: "ours", name: `djinnbot ${version}` };
  const { cold, warm } = product.startedIn;
  bench.add({ measure: "npm start on an empty data folder → ready", subject, unit: "ms", of: "starts" }, [cold]);
  bench.add(
    { measure: "npm start on data that is there → ready, servers included", subject, unit: "ms", of: "starts" },
    warm,
  );
  const processes = memoryBelow(product.pid);
  const isServer = ({ name }: ProcessMemory) => /^(postgres|redis-server|valkey-server)/.test(name);
  const own = processes.filter((one) => !isServer(one));
  const sum = (list: ProcessMemory[]) => list.reduce((total, one) => total + one.pssMb, 0);
  if (own.length === 0) throw new Error("the memory of processes cannot be read here (Linux only)");
  bench.add(
    { measure: "memory (PSS) of the product without Postgres and Redis", subject, unit: "MB", of: "readings" },
    [sum(own)],
  );
  bench.add({ measure: "memory (PSS) of its Postgres and Redis", subject, unit: "MB", of: "readings" }, [
    sum(processes.filter(isServer)),
  ]);
  const listed = own.toSorted((a, b) => b.pssMb - a.pssMb).map(({ name, pssMb }) => `${name} ${Math.round(pssMb)}`);
  bench.note(`memory in MB by process: ${listed.join(", ")}`);
  bench.note("start and memory: Paperclip 2026.824.1 took 5.2 s and 440 MB on two cores; not run here");
}

interface ProcessMemory {
  name: string;
  pssMb: number;
}

/** Every process below one, and itself, with its proportional share of memory. */
function memoryBelow(root: number): ProcessMemory[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry)) parents.set(Number(entry), parentOf(Number(entry)));
  }
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(belongs).flatMap((pid) => {
    const pss = /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
    return pss ? [{ name: nameOf(pid), pssMb: Number(pss) / 1024 }] : [];
  });
}

function parentOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

/** The program, or the script that Node runs. */
function nameOf(pid: number): string {
  const [program = "", ...args] = textOf(`/proc/${pid}/cmdline`).split("\0");
  const base = (path: string) => path.split("/").slice(-3).join("/");
  const title = program.split(/[ :]/)[0]?.split("/").at(-1) ?? "";
  if (title !== "node") return title;
  return base(args.find((arg) => arg.includes("/") && !arg.startsWith("-")) ?? program);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
