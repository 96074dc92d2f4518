// Child processes that speak in messages: each part that runs apart in production is measured apart.
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { stopWithPart } from "./attempt.ts";

export interface Child<In, Out> {
  pid: number;
  send(message: In): void;
  /** The next message that is accepted; fails when the child ends first. */
  next<T extends Out>(accept: (message: Out) => message is T): Promise<T>;
  onMessage(listener: (message: Out) => void): void;
  stop(): Promise<void>;
}

interface ChildOptions {
  /** Absolute path of the program. */
  program: string;
  /** Handed over as JSON in the first argument. */
  input: unknown;
  /** Folder for a CPU profile, written when the child ends. */
  profile?: string | null;
}

/** Starts a program of ours on this Node. */
export function startChild<In extends object, Out extends object>(options: ChildOptions): Child<In, Out> {
  const { program, input, profile } = options;
  if (profile) mkdirSync(profile, { recursive: true });
  const child = fork(program, [JSON.stringify(input)], {
    execArgv: ["--no-warnings", ...(profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [])],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
  });
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(`${program} ended (${signal ?? code})`));
    child.once("error", (error) => resolve(error.message));
  });
  const stop = () => stopChild(child, exited);
  stopWithPart(stop);
  const listeners = new Set<(message: Out) => void>();
  child.on("message", (message) => {
    for (const listener of [...listeners]) listener(message as Out);
  });
  return {
    pid: child.pid ?? -1,
    send: (message) => void child.send(message),
    onMessage: (listener) => void listeners.add(listener),
    next: (accept) =>
      new Promise((resolve, reject) => {
        const listener = (message: Out) => {
          if (!accept(message)) return;
          listeners.delete(listener);
          resolve(message);
        };
        listeners.add(listener);
        void exited.then((reason) => reject(new Error(reason)));
      }),
    stop,
  };
}

async function stopChild(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exited;
  clearTimeout(timer);
}

/** In the child: its input, and what to do when the parent lets go. */
export function childInput<T>(): T {
  return JSON.parse(process.argv[2] ?? "null") as T;
}

/** In the child: runs `close` and leaves when the parent disconnects or is gone. */
export function onParentGone(close: () => Promise<void>): void {
  process.once("disconnect", () => {
    void close().finally(() => process.exit(0));
  });
}

/** In the child: says something to the parent; nobody minds when it has just let go. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/** Milliseconds of the monotonic clock, which all processes of a Linux machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Waits until `look` answers something. Throws after `limitMs`. */
export async function until<T>(look: () => Promise<T | null | false>, limitMs: number, what: string): Promise<T> {
  for (const end = Date.now() + limitMs; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not happen within ${Math.round(limitMs / 1000)} s`);
}
