/** What git writes, as it is asked for: for answers that are too large to hold. Ended early, what git started ends with it. */
import { spawn } from "node:child_process";
import { GitError } from "./run-git.ts";

export interface StreamBounds {
  /** How long all of it may take. */
  timeoutMs: number;
  /** How long nobody may ask for more: whoever has gone without a word holds nothing. */
  idleMs: number;
  maxBytes: number;
  /** Called once, when git has ended for whatever reason. */
  onOver?: () => void;
}

const maxSaid = 4096;

/** Starts git at once, in a process group of its own. Fails where git does, or where a bound is reached. */
export function streamGit(
  args: readonly string[],
  { cwd, env, ...bounds }: StreamBounds & { cwd: string; env: Record<string, string> },
): AsyncIterableIterator<Uint8Array> {
  const { timeoutMs, idleMs, maxBytes, onOver } = bounds;
  const child = spawn("git", args as string[], {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [said, bytes, why] = ["", 0, ""];
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-maxSaid);
  });
  const end = (reason: string) => {
    why ||= reason;
    killGroup(child.pid);
    child.stdout.destroy();
  };
  const whole = setTimeout(() => end("it took too long"), timeoutMs);
  const idle = idleClock(idleMs, () => end("nobody took what it said"));
  const over = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      said ||= error.message;
      resolve(null);
    });
    child.once("close", resolve);
  }).finally(() => {
    clearTimeout(whole);
    idle.stop();
    onOver?.();
  });
  const pieces = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const piece = await pieces.next().catch(() => ({ done: true as const, value: undefined }));
    if (!piece.done) {
      bytes += piece.value.length;
      if (bytes > maxBytes) {
        end("it said too much");
        throw new GitError(args, why);
      }
      return piece;
    }
    if ((await over) !== 0 || why !== "") {
      throw new GitError(args, why || said.trim().split("\n").slice(-3).join(" ") || "it ended early");
    }
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => idle.whileAsked(next),
    return: async () => {
      end("it was stopped");
      await over;
      return { done: true, value: undefined };
    },
  };
}

/** Runs while nobody asks. */
function idleClock(ms: number, onIdle: () => void) {
  let timer = setTimeout(onIdle, ms);
  let stopped = false;
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
    whileAsked: async <T>(ask: () => Promise<T>): Promise<T> => {
      clearTimeout(timer);
      try {
        return await ask();
      } finally {
        clearTimeout(timer);
        timer = stopped ? timer : setTimeout(onIdle, ms);
      }
    },
  };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) {
      process.kill(-pid, "SIGKILL");
    }
  } catch {
    // gone meanwhile
  }
}
