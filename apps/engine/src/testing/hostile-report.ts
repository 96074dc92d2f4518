/** What a hostile agent reports of its attempts, and what of it is as it should be. */
import { readFileSync } from "node:fs";

export interface Attempt {
  name: string;
  /** `planted`: done, and whether it does harm is looked for outside; `impossible`: what to try it with, in `detail`, is not there. */
  outcome: "refused" | "succeeded" | "planted" | "impossible";
  detail: string;
  /** Who may do it where there is no sandbox, when not everybody. */
  needs?: "root";
}

export function readReport(file: string): Attempt[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Attempt);
}

export function namesOf(attempts: readonly Attempt[], outcome: Attempt["outcome"]): string[] {
  return attempts.filter((attempt) => attempt.outcome === outcome).map(({ name }) => name);
}

/** Its own programs are written for one kind of machine (`hostile/machine-code.mjs`). */
export function needsOtherMachine({ detail }: Attempt): boolean {
  return process.arch !== "x64" && detail === "machine code for x86-64";
}

/** What could not be tried, with what was missing. */
export function impossibleOf(attempts: readonly Attempt[]): Record<string, string> {
  const lines = attempts.filter((attempt) => attempt.outcome === "impossible" && !needsOtherMachine(attempt));
  return Object.fromEntries(lines.map(({ name, detail }) => [name, detail]));
}

export function print(label: string, attempts: readonly Attempt[]): void {
  const counts = ["refused", "planted", "impossible", "succeeded"].map(
    (outcome) => `${attempts.filter((attempt) => attempt.outcome === outcome).length} ${outcome}`,
  );
  const lines = attempts.map(
    ({ name, outcome, detail }) => `  ${outcome} ${name}${detail ? ` (${detail.split("\n")[0]})` : ""}`,
  );
  process.stdout.write(
    [`hostile agent, ${label}: ${attempts.length} attempts (${counts.join(", ")})`, ...lines, ""].join("\n"),
  );
}
