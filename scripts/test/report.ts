// Files through which the parts of a test run tell `npm test` what happened, and the sum of them.
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Folder for reports; set by `npm test`, unset when a tool is run by hand. */
export const reportDirVariable = "DJINNBOT_TEST_REPORTS";

/** Leaves a report for `npm test`; does nothing without one. */
export async function report(name: string, value: unknown): Promise<void> {
  const dir = process.env[reportDirVariable];
  if (dir) await writeFile(join(dir, name), JSON.stringify(value));
}

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()).default([]),
});

/** Counts of vitest's JSON report; a file that could not be loaded counts as one failure. Null when there is no report. */
export function readVitest(file: string): Totals | null {
  if (!existsSync(file)) return null;
  const parsed = VitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const broken = parsed.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return {
    passed: parsed.numPassedTests,
    failed: parsed.numFailedTests + broken.length,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

/** Counts of Playwright's JSON report; a test that passed only on a second try counts as failed. */
export function readPlaywright(file: string): Totals | null {
  if (!existsSync(file)) return null;
  const { stats, errors } = PlaywrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failed = stats.unexpected + stats.flaky;
  return { passed: stats.expected, failed: failed === 0 ? errors.length : failed, skipped: stats.skipped };
}

/** The reason why docker tests were skipped, or null. */
export function readDockerSkip(dir: string): string | null {
  const file = join(dir, "docker-skip.json");
  return existsSync(file)
    ? z.object({ reason: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).reason
    : null;
}

export function add(a: Totals, b: Totals): Totals {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The last line of a run. */
export function summaryLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
