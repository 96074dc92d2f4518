// `npm run doctor`: everything that `npm start` checks, without starting anything.
import { Problem } from "../services/problem.ts";
import { type Finding, listFindings } from "./checks.ts";
import { loadSettings } from "./env.ts";
import { say, sayFailure, style } from "./screen.ts";

const marks = { ok: style.green("ok     "), note: style.yellow("note   "), problem: style.red("problem") };

const indent = " ".repeat(25);

/** Prints one line per check and returns the exit code: 1 when something would stop `npm start`. */
export async function doctor(): Promise<number> {
  try {
    const { settings, warnings } = loadSettings();
    const findings: Finding[] = warnings.map((text) => ({ name: "Settings", state: "note", text }));
    if (warnings.length === 0) findings.push({ name: "Settings", state: "ok", text: "valid" });
    findings.push(...(await listFindings(settings)));
    for (const finding of findings) {
      sayFinding(finding);
      if (finding.raw) say(`${indent}${style.dim(finding.raw)}`);
    }
    const problems = findings.filter(({ state }) => state === "problem").length;
    say();
    say(problems === 0 ? "npm start should work." : `${problems} of ${findings.length} checks would stop npm start.`);
    return problems === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    sayFailure(error);
    return 1;
  }
}

/** One line, and a second one with the remedy. */
export function sayFinding({ name, state, text, remedy }: Finding): void {
  say(`  ${marks[state]}  ${name.padEnd(13)} ${text}`);
  if (remedy) say(`${indent}${style.bold("→")} ${remedy}`);
}
