/**
 * What a workload writes goes through a process of its own into the log. The workload holds one end of a socket pair, which nobody can
 * open again by /proc: it can say what it likes, and neither read nor change what it has said.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";

/** Kept of the beginning. */
const beginBytes = 1024 * 1024;
/** Kept of the end, when there is more than the beginning. */
const endBytes = 64 * 1024;
/** What `ulimit -f` counts in. */
const blockBytes = 512;

/**
 * Programs that every system has, and that take no more memory however much is written. After the beginning they go on reading: a
 * workload never waits for its log. They end with the last process that can write.
 */
const keep = `trap '' XFSZ
(ulimit -f ${beginBytes / blockBytes}; exec cat) || { printf '\\n[left out here: all but the end]\\n'; exec tail -c ${endBytes}; }`;

export interface LogKeeper {
  /** Standard output of the workload; to be destroyed here when it has been handed over. */
  input: Writable;
  /** Settled when everything is in the file. */
  ended: Promise<void>;
}

/** Starts it with an empty file. It is detached like the workload: both outlive the engine. */
export function keepLog(
  file: string,
  options: { /** Arguments to stand before it: it shares the workload's limits. */ around: readonly string[] },
): LogKeeper {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const log = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND, 0o600);
  try {
    const [program = "", ...args] = [...options.around, "/bin/sh", "-c", keep];
    const keeper = spawn(program, args, {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      detached: true,
      stdio: ["pipe", log, "ignore"],
    });
    keeper.unref();
    if (keeper.stdin === null) {
      throw new Error(`${program} was not given an input`);
    }
    keeper.stdin.on("error", () => undefined);
    const ended = once(keeper, "exit").then(
      () => undefined,
      () => undefined,
    );
    return { input: keeper.stdin, ended };
  } finally {
    closeSync(log);
  }
}
