// What the launcher shows: phases with durations, details, failures with a remedy.
import { messageOf, Problem } from "../services/problem.ts";

const isTerminal = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code: number, text: string) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);

export const style = {
  bold: (text: string) => paint(1, text),
  dim: (text: string) => paint(2, text),
  red: (text: string) => paint(31, text),
  green: (text: string) => paint(32, text),
  yellow: (text: string) => paint(33, text),
  cyan: (text: string) => paint(36, text),
};

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function detail(line: string): void {
  say(style.dim(`    ${line}`));
}

/** Milliseconds as a person reads them. */
export function duration(ms: number): string {
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Runs one phase: its name first, a sign of life every ten seconds, its duration at the end. */
export async function phase<T>(name: string, work: () => Promise<T>): Promise<T> {
  say(`${style.cyan("▸")} ${name} …`);
  const begun = Date.now();
  const timer = setInterval(() => detail(`still at it, ${duration(Date.now() - begun)}`), 10_000);
  try {
    const result = await work();
    say(`${style.green("✓")} ${name} ${style.dim(duration(Date.now() - begun))}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** One message for any failure: what happened, and the remedy when we know one. */
export function sayFailure(error: unknown): void {
  say();
  if (error instanceof Problem) {
    say(`${style.red("✗")} ${error.message}`);
    say(`  ${style.bold("→")} ${error.remedy}`);
    return;
  }
  say(`${style.red("✗")} unexpected failure: ${messageOf(error)}`);
  if (error instanceof Error && error.stack) say(style.dim(error.stack.split("\n").slice(1, 6).join("\n")));
}
