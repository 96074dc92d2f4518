/** Text from a workload, made fit for Postgres: no NUL, no half characters, bounded. */

const keyPattern = /^[A-Za-z0-9_]{1,64}$/;
const maxOutputChars = 1_000_000;
const maxOutputs = 100;

export function cleanText(text: string, max = maxOutputChars): string {
  const bounded =
    text.length > max ? `${text.slice(0, max)}\n[${text.length - max} more characters were left out]` : text;
  return bounded.toWellFormed().replaceAll("\0", "");
}

/** Outputs with keys that templates can name; more than 100 and other keys are dropped. */
export function cleanOutputs(outputs: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(outputs).filter(([key]) => keyPattern.test(key));
  return Object.fromEntries(kept.slice(0, maxOutputs).map(([key, value]) => [key, cleanText(value)]));
}
