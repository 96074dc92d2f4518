// What the checks share: the list of source files with their imports, and how a check ends.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface SourceFile {
  /** Relative to the root. */
  path: string;
  text: string;
  /** `typeOnly`: gone when the program runs. */
  imports: { specifier: string; line: number; typeOnly: boolean }[];
}

/** Files that git knows or would add (nothing ignored), below `dir`, with one of the endings. */
export function listFiles(dir: string, endings: RegExp): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", dir];
  const names = execFileSync("git", args, { cwd: rootDir, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).split("\n");
  return [...new Set(names)].filter((name) => endings.test(name)).sort();
}

const importPattern = /^\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/gm;

/** Source files of TypeScript below `dir`, with what they import. */
export function sourceFiles(dir: string): SourceFile[] {
  return listFiles(dir, /\.(ts|tsx|mts)$/).flatMap((path) => {
    let text: string;
    try {
      text = readFileSync(join(rootDir, path), "utf8");
    } catch {
      return []; // deleted, not yet committed
    }
    const imports = [...text.matchAll(importPattern)].map((match) => ({
      specifier: match[1] ?? match[2] ?? "",
      line: text.slice(0, match.index).split("\n").length,
      typeOnly: /^\s*(?:import|export)\s+type\s/.test(match[0]),
    }));
    return [{ path, text, imports }];
  });
}

export function pass(line: string): void {
  process.stdout.write(`ok   ${line}\n`);
}
export function fail(name: string, problems: readonly string[]): never {
  process.stderr.write(`FAIL ${name}\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`);
  process.exit(1);
}
