import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepLog } from "./process-log.ts";
import { until } from "./testing/stage.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "djinnbot-log-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it("has each line in the file while the workload runs, and ends with it", async () => {
  const file = join(dir, "of a run", "lines.log");
  const { input, ended } = keepLog(file, { around: [] });
  for (const [index, line] of ["one\n", "two\n"].entries()) {
    input.write(line);
    await until(async () => (await readFile(file, "utf8")) === ["one\n", "one\ntwo\n"][index]);
  }
  input.end("three");
  await ended;
  expect(await readFile(file, "utf8")).toBe("one\ntwo\nthree");
});

it("keeps the beginning and the end of endless output, and never holds it up", async () => {
  const file = join(dir, "flood.log");
  const { input, ended } = keepLog(file, { around: [] });
  const line = `${"-".repeat(999)}\n`;
  input.write(`the first line\n${line.repeat(40_000)}`);
  input.end("the last line\n");
  await ended;
  const text = await readFile(file, "utf8");
  expect(text.startsWith("the first line\n---")).toBe(true);
  expect(text).toContain("\n[left out here: all but the end]\n");
  expect(text.endsWith("---\nthe last line\n")).toBe(true);
  expect(text.length).toBeLessThan(1_200_000);
});
