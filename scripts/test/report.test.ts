import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { add, readPlaywright, readVitest, summaryLine } from "./report.ts";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-report-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(value: unknown): string {
  const path = join(dir, "report.json");
  writeFileSync(path, JSON.stringify(value));
  return path;
}

test("a test file that could not be loaded is a failure", () => {
  const counts = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  const testResults = [
    { status: "failed", assertionResults: [{}] },
    { status: "failed", assertionResults: [] },
  ];
  expect(readVitest(file({ ...counts, testResults }))).toEqual({ passed: 3, failed: 2, skipped: 3 });
});

test("a browser test that needed a second try is a failure", () => {
  const stats = { expected: 5, unexpected: 0, flaky: 1, skipped: 0 };
  expect(readPlaywright(file({ stats }))).toEqual({ passed: 5, failed: 1, skipped: 0 });
});

test("a browser run that broke before its tests is a failure", () => {
  const stats = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  expect(readPlaywright(file({ stats, errors: [{}] }))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("a missing report is told apart from an empty one", () => {
  expect(readVitest("/nowhere.json")).toBeNull();
});

test("the summary is one line over all parts", () => {
  const sum = add({ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 });
  expect(summaryLine(sum)).toBe("4 passed, 1 failed, 2 skipped");
});
