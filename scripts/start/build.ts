// Generates and builds what changed since the last time; sources are compared by content.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Problem } from "../services/problem.ts";
import { startDaemon, tailOf } from "../services/process.ts";
import { baseEnv } from "./child-env.ts";
import { paths } from "./paths.ts";

interface Target {
  name: string;
  /** Said when it is built: how long that takes. */
  note?: string;
  /** Folders and files whose content decides. */
  sources: string[];
  /** Must exist afterwards. */
  output: string;
  command: string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

const lock = "package-lock.json";
const dbSchema = ["packages/db/prisma", "packages/db/prisma.config.ts", "packages/db/package.json", lock];
const shared = ["packages/contracts", "packages/config", "packages/events", "packages/client", lock];
const skipped = new Set(["node_modules", ".next", "dist", "generated", "e2e", "test-results", "playwright-report"]);

const targets = {
  database: {
    name: "database client",
    sources: dbSchema,
    output: "packages/db/src/generated",
    command: [join(paths.root, "node_modules/.bin/prisma"), "generate"],
    cwd: join(paths.root, "packages/db"),
    // The client needs no native engine; without this prisma tries to download one.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  },
  runtime: {
    name: "agent runtime",
    sources: ["apps/runtime", ...shared],
    output: "apps/runtime/dist/main.cjs",
    command: [paths.node, "build.mjs"],
    cwd: dirname(paths.runtimeBuild),
  },
  web: {
    name: "web app",
    note: "one to three minutes on an idle machine; again only when its sources change",
    sources: ["apps/web", "packages", lock],
    output: "apps/web/.next/BUILD_ID",
    command: [paths.node, paths.next, "build"],
    cwd: paths.webDir,
    env: { NODE_ENV: "production" },
  },
} satisfies Record<string, Target>;

export type TargetName = keyof typeof targets;

interface BuildOptions {
  log: (line: string) => void;
  signal?: AbortSignal;
}

/** Brings the named targets up to date. Throws a Problem with the last lines of output when one fails. */
export async function ensureBuilt(names: TargetName[], options: BuildOptions): Promise<void> {
  for (const name of names) await ensureTarget(targets[name], options);
}

async function ensureTarget(target: Target, options: BuildOptions): Promise<void> {
  if (!existsSync(target.cwd)) return;
  const stampFile = join(paths.root, ".data", "build", `${target.name.replaceAll(" ", "-")}.sha256`);
  const stamp = fingerprint(target.sources);
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp;
  if (isFresh && existsSync(join(paths.root, target.output))) return;
  options.log(`building the ${target.name}${target.note ? ` (${target.note})` : ""}`);
  rmSync(stampFile, { force: true });
  await runBuild(target, options);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

async function runBuild(target: Target, { signal }: BuildOptions): Promise<void> {
  const logFile = join(paths.root, ".data", "build", `${target.name.replaceAll(" ", "-")}.log`);
  const [command = "", ...args] = target.command;
  const daemon = startDaemon({ command, args, cwd: target.cwd, env: { ...baseEnv(), ...target.env }, logFile });
  const abort = () => void daemon.stop("SIGTERM", 5_000);
  signal?.addEventListener("abort", abort);
  const outcome = await daemon.exited;
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  if (outcome === 0 && existsSync(join(paths.root, target.output))) return;
  const lines = tailOf(logFile, 25).map((line) => `    ${line}`);
  throw new Problem(
    `the ${target.name} could not be built (${outcome}):\n${lines.join("\n")}`,
    `the whole output is in ${logFile}`,
  );
}

/** A hash over the paths and contents of source files; tests do not count. */
function fingerprint(sources: string[]): string {
  const hash = createHash("sha256").update(process.version);
  for (const file of sources.flatMap((source) => filesBelow(join(paths.root, source))).toSorted()) {
    hash
      .update(`${relative(paths.root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Every file that a build reads, and none that it writes: those would make the next start build again. */
export function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isDirectory()) {
    const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !skipped.has(name));
    return entries.flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(path, entry.name)) : sourceFile(join(path, entry.name)),
    );
  }
  return [path];
}

function sourceFile(path: string): string[] {
  return /\.test\.tsx?$|\.tsbuildinfo$|\/next-env\.d\.ts$/.test(path) ? [] : [path];
}
