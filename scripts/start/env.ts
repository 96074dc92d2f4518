// Reads the settings of `npm start` from the environment and `.env`, and reports all their problems at once.
import { readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { parseEnv } from "node:util";
import { Problem } from "../services/problem.ts";
import { nonsenseLines } from "./env-lines.ts";
import { paths } from "./paths.ts";
import { exampleText, Settings } from "./settings.ts";

export interface LoadedSettings {
  settings: Settings;
  /** Lines of `.env` that mean nothing to us. */
  warnings: string[];
}

interface LoadOptions {
  source?: NodeJS.ProcessEnv;
  envFile?: string;
}

/** Parses environment and `.env` (the environment wins; empty counts as unset). Throws a Problem that names every mistake. */
export function loadSettings({ source = process.env, envFile = paths.envFile }: LoadOptions = {}): LoadedSettings {
  const text = readEnvFile(envFile);
  const file = parseEnv(text);
  const known = Object.keys(Settings.shape);
  // Only the number is told: what stands in the line may be a key.
  const mistakes = nonsenseLines(text).map((line) => `line ${line} of .env is not of the form NAME=value`);
  const warnings: string[] = [];
  for (const name of Object.keys(file).filter((key) => !known.includes(key))) {
    const meant = closest(name, known);
    if (meant) mistakes.push(`${name}: unknown; did you mean ${meant}?`);
    else warnings.push(`${name} in .env is not a setting of npm start and is ignored`);
  }
  const values: Record<string, string> = {};
  for (const name of known) {
    const value = (source[name] || file[name])?.trim();
    if (value) values[name] = value;
  }
  const parsed = Settings.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join(".");
    const origin = source[name] ? "environment" : ".env";
    mistakes.push(`${name} (${origin}): ${issue.message}`);
  }
  if (!parsed.success || mistakes.length > 0) {
    throw new Problem(
      `the settings are not valid:\n${mistakes.map((mistake) => `    ${mistake}`).join("\n")}`,
      "correct these in .env or in the environment; .env.example explains every setting",
    );
  }
  return { settings: resolvePaths(parsed.data), warnings };
}

function resolvePaths(settings: Settings): Settings {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(paths.root, path));
  const allowed = settings.ALLOWED_REPOSITORY_DIRS.split(":").filter((dir) => dir !== "");
  return {
    ...settings,
    DATA_DIR: absolute(settings.DATA_DIR),
    ALLOWED_REPOSITORY_DIRS: allowed.map(absolute).join(":"),
  };
}

function readEnvFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new Problem(`${path} cannot be read`, "make it readable for you, or remove it");
  }
}

/** The known name at most two edits away, for typing mistakes. */
function closest(name: string, known: string[]): string | undefined {
  return known.find((candidate) => editDistance(name.toUpperCase(), candidate) <= 2);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

if (import.meta.main && process.argv.includes("--write-example")) writeFileSync(paths.envExample, exampleText());
