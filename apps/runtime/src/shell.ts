/** Child processes of a step: each its own process group, with a bare environment, ended as a group. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

export interface ShellOptions {
  workspace: string;
  home: string;
  path: string;
  tmpDir?: string | undefined;
  /** The only way to the outside, where the workload has no network. */
  proxyUrl?: string | undefined;
  commit: { authorName: string; authorEmail: string };
}
export interface RunOptions {
  file: string;
  args: readonly string[];
  signal: AbortSignal;
  /** Seconds. */
  timeout: number;
  stdin?: string;
  env?: Record<string, string>;
  onOutput: (chunk: Buffer) => void;
}
export interface RunEnd {
  /** Exit code, or null when a signal ended it. */
  code: number | null;
  cause: "exit" | "timeout" | "aborted" | "missing";
}
export interface Shell {
  readonly env: Record<string, string>;
  /** Runs a program in the workspace; what it leaves in the background lives until `killAll`. Never throws. */
  run(options: RunOptions): Promise<RunEnd>;
  /** Ends every process group that is left. */
  killAll(): void;
}

/** Time between asking a group to end and ending it; an abort must be over within seconds. */
const graceMs = 1000;
/** After the command itself ended: time for what is still in the pipe. Background processes may hold the pipe for ever. */
const drainMs = 250;

/** The environment of everything the agent starts: neither the run key nor the Redis address is in it. */
function childEnv(options: ShellOptions): Record<string, string> {
  const { authorName, authorEmail } = options.commit;
  return {
    PATH: options.path,
    HOME: options.home,
    LANG: "C.UTF-8",
    TERM: "dumb",
    PAGER: "cat",
    ...(options.tmpDir ? { TMPDIR: options.tmpDir } : {}),
    ...(options.proxyUrl ? proxyEnv(options.proxyUrl) : {}),
    GIT_AUTHOR_NAME: authorName,
    GIT_AUTHOR_EMAIL: authorEmail,
    GIT_COMMITTER_NAME: authorName,
    GIT_COMMITTER_EMAIL: authorEmail,
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    // The working copy may belong to another user id inside the sandbox.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: options.workspace,
  };
}

/** Programs look for it under names of either case. */
function proxyEnv(url: string): Record<string, string> {
  const names = { http_proxy: url, https_proxy: url, no_proxy: "localhost,127.0.0.1,::1" };
  const upper = Object.entries(names).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...names, ...Object.fromEntries(upper), NODE_USE_ENV_PROXY: "1" };
}

function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

export function createShell(options: ShellOptions): Shell {
  const env = childEnv(options);
  const groups = new Set<number>();
  const end = (pid: number) => {
    killGroup(pid, "SIGTERM");
    setTimeout(() => killGroup(pid, "SIGKILL"), graceMs);
  };

  const run = (asked: RunOptions) =>
    new Promise<RunEnd>((resolve) => {
      if (asked.signal.aborted) {
        resolve({ code: null, cause: "aborted" });
        return;
      }
      const child = spawn(asked.file, [...asked.args], {
        cwd: options.workspace,
        env: { ...env, ...asked.env },
        detached: true,
        stdio: [asked.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      });
      const pid = child.pid;
      let cause: RunEnd["cause"] = "exit";
      let drain: NodeJS.Timeout | undefined;
      const give = (reason: RunEnd["cause"]) => {
        cause = reason;
        if (pid !== undefined) {
          end(pid);
        }
      };
      const stop = () => give("aborted");
      const timer = setTimeout(() => give("timeout"), asked.timeout * 1000);
      const done = (code: number | null) => {
        clearTimeout(timer);
        clearTimeout(drain);
        asked.signal.removeEventListener("abort", stop);
        for (const stream of [child.stdout, child.stderr] as (Readable | null)[]) {
          stream?.removeAllListeners("data").resume();
        }
        resolve({ code, cause });
      };
      asked.signal.addEventListener("abort", stop, { once: true });
      child.stdout?.on("data", asked.onOutput);
      child.stderr?.on("data", asked.onOutput);
      child.on("error", () => {
        cause = "missing";
        done(null);
      });
      child.on("exit", (code) => {
        if (pid !== undefined && !killGroup(pid, 0)) {
          groups.delete(pid);
        }
        drain = setTimeout(() => done(code), drainMs);
      });
      child.on("close", (code) => done(code));
      if (pid !== undefined) {
        groups.add(pid);
      }
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(asked.stdin);
    });

  return {
    env,
    run,
    killAll: () => {
      for (const pid of groups) {
        killGroup(pid, "SIGKILL");
      }
      groups.clear();
    },
  };
}

/** Runs a program and gathers at most `max` bytes of what it prints; `cut` tells that there was more. */
export async function capture(
  shell: Shell,
  options: Omit<RunOptions, "onOutput"> & { max: number },
): Promise<RunEnd & { text: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = await shell.run({
    ...options,
    onOutput: (chunk) => {
      if (size < options.max) {
        chunks.push(chunk.subarray(0, options.max - size));
      }
      size += chunk.length;
    },
  });
  return { ...end, text: Buffer.concat(chunks).toString("utf8"), cut: size > options.max };
}
