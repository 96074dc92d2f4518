/** Git on a bare repository for people who look at it: bytes, bounded, no network, no path patterns, no helpers of any kind. */
import { execFile } from "node:child_process";
import { gitEnvironment } from "./git.ts";
import { GitError } from "./run-git.ts";
import { type StreamBounds, streamGit } from "./stream-git.ts";

export interface BareOptions {
  input?: string | Buffer;
  env?: Record<string, string>;
  /** What is longer is an error, or with `cut` is left out. Default 16 MiB. */
  maxBytes?: number;
  cut?: boolean;
  /** Exit codes that are answers, beside 0. */
  codes?: readonly number[];
}
export interface BareAnswer {
  bytes: Buffer;
  code: number;
  /** More than `maxBytes` was said; the rest is missing. */
  cut: boolean;
}
export interface BareGit {
  run(args: readonly string[], options?: BareOptions): Promise<BareAnswer>;
  /** The answer as text without the line's end. */
  line(args: readonly string[], options?: BareOptions): Promise<string>;
  /** The answer as it is asked for. Whoever stops early calls `return`. */
  stream(args: readonly string[], bounds: StreamBounds): AsyncIterableIterator<Uint8Array>;
}

const timeoutMs = 20_000;
const environments = new Map<string, Promise<Record<string, string>>>();

/** Answers how to call git on the repository at `gitDir`; its surroundings are never searched for another one. */
export async function openBare(dataDir: string, gitDir: string): Promise<BareGit> {
  let made = environments.get(dataDir);
  if (made === undefined) {
    made = gitEnvironment(dataDir);
    environments.set(dataDir, made);
    made.catch(() => environments.delete(dataDir));
  }
  const env = {
    ...(await made),
    GIT_DIR: gitDir,
    GIT_ALLOW_PROTOCOL: "",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
  };
  const run: BareGit["run"] = (args, options = {}) => execute(args, env, options);
  return {
    run,
    line: async (args, options) => (await run(args, options)).bytes.toString("utf8").replace(/\n$/, ""),
    stream: (args, bounds) => streamGit(args, { ...bounds, cwd: gitDir, env }),
  };
}

function execute(args: readonly string[], env: Record<string, string>, options: BareOptions): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      args as string[],
      {
        cwd: env.GIT_DIR,
        env: { ...env, ...options.env } as NodeJS.ProcessEnv,
        encoding: "buffer",
        timeout: timeoutMs,
        maxBuffer: options.maxBytes ?? 16 * 1024 * 1024,
        killSignal: "SIGKILL",
      },
      (error, bytes, stderr) => {
        const cut = error?.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
        const code = typeof error?.code === "number" ? error.code : 0;
        if (error === null || (cut && options.cut) || options.codes?.includes(code)) {
          resolve({ bytes, code, cut });
          return;
        }
        const said = stderr.toString("utf8").trim().split("\n").slice(-3).join(" ").slice(0, 500);
        reject(
          new GitError(args, cut ? "it said too much" : error.killed ? "it took too long" : said || error.message),
        );
      },
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}
