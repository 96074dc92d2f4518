// Agents' workloads outlive the engine on purpose: whoever starts the product again finds them at work. Who stops it is told so.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { commandLineOf, run } from "../services/process.ts";

/** As the engine labels them; the last part is the agent's home, which lies in the data folder. */
const label = /--workload=[0-9a-f]{12},\S*?,\d+,(\/.*?)(?= --|$)/;

/** The agents that are at work on this machine for the product with this data folder: the command that ends each. */
export async function agentsLeft(dataDir: string): Promise<string[]> {
  const folder = `${resolve(dataDir)}/`;
  const found = new Map<string, { pid: number; isFirst: boolean }>();
  for (const { pid, command } of (await processes()).toSorted((a, b) => a.pid - b.pid)) {
    const [mark, home] = label.exec(command) ?? [];
    const depth = mark !== undefined && home?.startsWith(folder) ? depthOf(pid) : null;
    if (mark === undefined || depth === null) continue;
    // With the first process of a sandbox everything in it ends; what only holds the sandbox ends by itself.
    if (depth === "first" || !found.has(mark)) found.set(mark, { pid, isFirst: depth === "first" });
  }
  return [...found.values()].map(({ pid, isFirst }) => `kill ${isFirst ? "-9 " : ""}${pid}`);
}

/** `first` in a sandbox, `outside` of any; null inside one, where a process may call itself what it likes. */
function depthOf(pid: number): "first" | "outside" | null {
  try {
    const ids = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]?.split(/\s+/) ?? [];
    if (ids.length > 2 || (ids.length === 2 && ids[1] !== "1")) return null;
    return ids.length === 2 ? "first" : "outside";
  } catch {
    return "outside";
  }
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
