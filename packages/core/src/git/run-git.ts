/** One call of git in a process group of its own: whatever it starts (ssh, helpers) ends with it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { SilenceWatch } from "./silence.ts";

export interface GitOptions {
  cwd?: string;
  input?: string;
  timeoutMs?: number;
  env?: Record<string, string>;
  /** For whoever talks to a server: how long nothing may be heard of it. Git must have been asked for `--progress`. */
  silenceMs?: number;
  signal?: AbortSignal | undefined;
}

/** What git said when it failed; `detail` is its last lines without our paths' query or credentials. */
export class GitError extends Error {
  readonly detail: string;
  /** What it wrote before it failed. */
  readonly output: string;
  constructor(args: readonly string[], detail: string, output = "") {
    super(`git ${args[0] ?? ""} failed: ${detail}`);
    this.name = "GitError";
    this.detail = detail;
    this.output = output;
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const maxOutput = 64 * 1024 * 1024;
/** Of what it says beside its answer only the end is kept: a server may fill it with anything. */
const maxSaid = 64 * 1024;
const progress = /: +\d+% \(|: +\d+, done|^(remote: )?Enumerating objects: +\d+/;
/** Git's advice for every failure of SSH; what SSH itself said stands before it. */
const advice = /^(Please make sure you have the correct access rights|and the repository exists\.)$/;
/** Said on this side: a server's words begin with `remote:`. */
const noSsh = /^(?!remote:).*(cannot run ssh|\bssh: (command )?not found)/m;
/** Git removes its lock files when it is asked to end, but not when it is killed. */
const killAfterMs = 1000;

export async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const { cwd, env, signal } = options;
  if (signal?.aborted) {
    throw new GitError(args, "it was stopped");
  }
  const child = spawn("git", args as string[], {
    cwd,
    env: env as NodeJS.ProcessEnv | undefined,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const call = new Call(child, options);
    child.on("error", (error) => {
      call.over();
      reject(new GitError(args, error.message));
    });
    child.on("close", (code) => {
      call.over();
      const output = call.output();
      if (code === 0 && call.ended === null) {
        resolve(output.trim());
      } else {
        reject(new GitError(args, call.ended ?? (call.said() || `it ended with ${code ?? "a signal"}`), output));
      }
    });
  });
}

/** What a running git says, and the reasons for which it is ended early. */
class Call {
  /** Why we have ended it. */
  ended: string | null = null;
  readonly #child: Child;
  readonly #chunks: Buffer[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #options: GitOptions;
  readonly #watch: SilenceWatch | null;
  #bytes = 0;
  #said = "";

  constructor(child: Child, options: GitOptions) {
    const { silenceMs, signal, timeoutMs = 60_000, input = "" } = options;
    this.#child = child;
    this.#options = options;
    this.#watch =
      silenceMs === undefined ? null : new SilenceWatch(silenceMs, () => this.#end("the server does not answer"));
    this.#timers.push(setTimeout(() => this.#end("it took too long"), timeoutMs));
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => this.#onOutput(chunk));
    child.stderr.on("data", (chunk: Buffer) => this.#onSaid(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  }

  output(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  /** Its last lines, without those that only tell how far it is. */
  said(): string {
    if (noSsh.test(this.#said)) {
      return "this machine has no SSH client: install openssh-client, or use the repository's https address";
    }
    const isWorth = (line: string) => line.trim() !== "" && !progress.test(line) && !advice.test(line);
    const lines = this.#said.split(/[\r\n]+/).filter(isWorth);
    return lines.slice(-3).join(" ").trim().slice(0, 500);
  }

  over(): void {
    this.#watch?.stop();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
  }

  readonly #onAbort = () => this.#end("it was stopped");

  #onOutput(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxOutput) {
      this.#end("it said too much");
    } else {
      this.#chunks.push(chunk);
    }
    this.#watch?.heard("");
  }

  #onSaid(chunk: Buffer): void {
    const text = chunk.toString("utf8");
    this.#said = (this.#said + text).slice(-maxSaid);
    this.#watch?.heard(text);
  }

  #end(why: string): void {
    if (this.ended === null) {
      this.ended = why;
      this.#kill("SIGTERM");
      this.#timers.push(setTimeout(() => this.#kill("SIGKILL"), killAfterMs));
    }
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) {
        process.kill(-pid, signal);
      }
    } catch {
      // gone meanwhile
    }
  }
}
