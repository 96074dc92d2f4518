/** The workload's environment: from a file descriptor when the launcher offers one, else from the process environment. */
import { closeSync, readSync } from "node:fs";
import { loadEnv } from "@djinnbot/config";
import { WorkloadEnv } from "@djinnbot/contracts";
import { z } from "zod";

export const RuntimeEnv = WorkloadEnv.extend({
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  /** Handed on to the agent's shell. */
  PATH: z.string().default("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
  /** Where the agent's shell puts temporary files, when the sandbox has a place of its own for them. */
  TMPDIR: z.string().optional(),
});
export type RuntimeEnv = z.infer<typeof RuntimeEnv>;

/** Names that must not be inherited by anything this process starts. */
const secretNames = ["REDIS_URL", "RUN_KEY"];

/**
 * Reads and checks the environment, then removes the secrets from `process.env`. With `DJINNBOT_ENV_FD=n` it is one JSON object
 * on that descriptor: `/proc/{pid}/environ`, which the agent's shell can read, then never held the run key. Throws EnvError.
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): RuntimeEnv {
  const fd = source.DJINNBOT_ENV_FD;
  const given = fd === undefined ? source : { PATH: source.PATH, TMPDIR: source.TMPDIR, ...readJson(Number(fd)) };
  const env = loadEnv(RuntimeEnv, given);
  for (const name of secretNames) {
    delete source[name];
  }
  return env;
}

function readJson(fd: number): Record<string, string> {
  if (!Number.isInteger(fd) || fd < 0 || fd === 1 || fd === 2) {
    throw new Error("DJINNBOT_ENV_FD must be 0 or the number of an open descriptor above 2");
  }
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(16_384);
    const length = readSome(fd, chunk);
    if (length === 0) {
      break;
    }
    chunks.push(chunk.subarray(0, length));
  }
  // The standard input stays, at its end: its number must not become that of some other file.
  if (fd > 2) {
    closeSync(fd);
  }
  return z.record(z.string(), z.coerce.string()).parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
}

/** Waits when the descriptor is non-blocking and empty. */
function readSome(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
