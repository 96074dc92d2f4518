// The cheap checks: format, lint, types, our own rules, dead code, generated files. No servers.
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "../services/process.ts";
import { paths } from "../start/paths.ts";
import { exampleText } from "../start/settings.ts";

export interface Check {
  name: string;
  /** The complaint, or null when all is well. */
  run(): Promise<string | null>;
}

const bin = (name: string) => join(paths.root, "node_modules/.bin", name);

/** Every check of `npm run verify`, in the order of cost. */
export function allChecks(): Check[] {
  return [
    { name: "format and lint", run: () => command([bin("biome"), "check", "--error-on-warnings", "."]) },
    ...ownChecks(),
    { name: ".env.example is fresh", run: envExample },
    ...rooms().map((room) => ({ name: `types of ${room}`, run: () => command([bin("tsc"), "--noEmit", "-p", room]) })),
    benchTypes(),
    { name: "no dead code", run: () => command([bin("knip")]) },
  ];
}

/** Scripts that hold a rule of the house: exit code 0 is a pass, what they print is the complaint. */
function ownChecks(): Check[] {
  const files = globSync("scripts/checks/*.check.ts", { cwd: paths.root }).toSorted();
  return files.map((file) => ({
    name: basename(file, ".check.ts").replaceAll("-", " "),
    run: () => command([paths.node, join(paths.root, file)]),
  }));
}

function rooms(): string[] {
  const files = globSync("{apps,packages}/*/tsconfig.json", { cwd: paths.root }).map((file) =>
    file.replace("/tsconfig.json", ""),
  );
  return [...files.toSorted(), "scripts"].filter((room) => existsSync(join(paths.root, room, "tsconfig.json")));
}

/** The bench imports its peers, which only it installs. */
function benchTypes(): Check {
  const name = "types of bench";
  return existsSync(join(paths.root, "bench/node_modules"))
    ? { name, run: () => command([bin("tsc"), "--noEmit", "-p", "bench"]) }
    : { name: `${name}: skipped, its peers are not installed (npm run bench installs them)`, run: async () => null };
}

async function envExample(): Promise<string | null> {
  const isFresh = existsSync(paths.envExample) && readFileSync(paths.envExample, "utf8") === exampleText();
  return isFresh ? null : "run: npm run env-example";
}

async function command([program = "", ...args]: string[]): Promise<string | null> {
  const { code, stdout, stderr } = await run(program, args, { cwd: paths.root, timeoutMs: 300_000 });
  return code === 0 ? null : `${stdout}\n${stderr}`.trim() || `exit code ${code}`;
}
