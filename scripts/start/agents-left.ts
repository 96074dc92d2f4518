// Agents' workloads outlive the engine on purpose: whoever starts the product again finds them at work. Who stops it is told so.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { commandLineOf, run } from "../services/process.ts";

/** As the engine labels them; the last part is the agent's home, which lies in the data folder. */
const label = /--workload=[0-9a-f]{12},\S*?,\d+,(\/.*?)(?= --|$)/;

/** The outermost process of each agent that is at work on this machine for the product with this data folder. */
export async function agentsLeft(dataDir: string): Promise<number[]> {
  const folder = `${resolve(dataDir)}/`;
  const first = new Map<string, number>();
  for (const { pid, command } of (await processes()).toSorted((a, b) => a.pid - b.pid)) {
    const [mark, home] = label.exec(command) ?? [];
    if (mark !== undefined && home?.startsWith(folder) && !first.has(mark)) first.set(mark, pid);
  }
  return [...first.values()];
}

async function processes(): Promise<{ pid: number; command: string }[]> {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return Promise.all(pids.map(async (pid) => ({ pid: Number(pid), command: await commandLineOf(Number(pid)) })));
  } catch {
    const { stdout } = await run("ps", ["-axww", "-o", "pid=,command="]);
    return stdout.split("\n").flatMap((line) => {
      const [, pid, command = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), command }];
    });
  }
}
