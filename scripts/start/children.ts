// Starts the product's own processes, waits until each says it is ready, and tells what a dying one said last.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../services/problem.ts";
import { type Daemon, startDaemon, tailOf } from "../services/process.ts";

export interface ChildPlan {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Answers 2xx when the child can do its work. */
  readyUrl: string;
  /** Milliseconds to finish after SIGTERM. */
  graceMs: number;
}

export interface Child extends ChildPlan {
  daemon: Daemon;
}

export function startChild(plan: ChildPlan): Child {
  return { ...plan, daemon: startDaemon(plan) };
}

/** In place of the one that has died. */
export async function startAgain(child: Child): Promise<void> {
  child.daemon = startChild(child).daemon;
}

export function stopChild(child: Child): Promise<boolean> {
  return child.daemon.stop("SIGTERM", child.graceMs);
}

/** Waits (two minutes at most) until every child is ready. Throws a Problem when one ends or stays silent. */
export async function untilReady(children: Child[], signal: AbortSignal): Promise<void> {
  await Promise.all(children.map((child) => untilChildReady(child, signal)));
}

async function untilChildReady(child: Child, signal: AbortSignal): Promise<void> {
  let last = "no answer";
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(100)) {
    signal.throwIfAborted();
    if (child.daemon.hasExited()) throw await deathOf(child);
    const timeout = AbortSignal.timeout(5_000);
    try {
      const response = await fetch(child.readyUrl, { signal: timeout, redirect: "manual" });
      const body = await response.text();
      if (response.ok) return;
      last = `${response.status} ${body.slice(0, 300)}`;
    } catch {}
  }
  throw new Problem(
    `${child.name} did not become ready within two minutes (${child.readyUrl}: ${last})${lastWords(child)}`,
    `see ${child.logFile}`,
  );
}

/** The Problem that a child's end is, with its last lines. */
export async function deathOf(child: Pick<Child, "name" | "logFile" | "daemon">): Promise<Problem> {
  const outcome = await child.daemon.exited;
  return new Problem(
    `${child.name} ended unexpectedly (${outcome})${lastWords(child)}`,
    `the whole log is in ${child.logFile}`,
  );
}

function lastWords({ logFile }: Pick<Child, "logFile">): string {
  const lines = tailOf(logFile, 20).map((line) => `    ${readable(line)}`);
  return lines.length > 0 ? `; its last lines:\n${lines.join("\n")}` : "";
}

/** A JSON log line as "level message: error"; any other line as it is. */
export function readable(line: string): string {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (typeof entry !== "object" || entry === null) return line;
    const error = entry.err && typeof entry.err === "object" && "message" in entry.err ? entry.err.message : entry.err;
    return [entry.level, entry.message ?? entry.msg, error && `— ${String(error)}`].filter(Boolean).join(" ");
  } catch {
    return line;
  }
}

export const logPath = (dataDir: string, name: string) => join(dataDir, "logs", `${name}.log`);
