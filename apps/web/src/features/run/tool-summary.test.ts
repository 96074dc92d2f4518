import { expect, test } from "vitest";
import { readToolArgs } from "./tool-summary.ts";

test("a command is its own summary, cut at the first line", () => {
  expect(readToolArgs('{"timeout":5,"command":"npm test\\nnpm run x"}').summary).toBe("npm test");
});

test("a path and a pattern are both told", () => {
  expect(readToolArgs('{"pattern":"foo","path":"src"}').summary).toBe("src · foo");
});

test("fields keep their order and long ones are blocks", () => {
  const { fields } = readToolArgs('{"path":"a","content":"x\\ny","flags":{"all":true}}');
  expect(fields.map(({ name, block }) => [name, block])).toEqual([
    ["path", false],
    ["content", true],
    ["flags", true],
  ]);
});

test("what is no object is shown as it stands", () => {
  expect(readToolArgs("[1,2")).toMatchObject({ summary: "[1,2", fields: [{ value: "[1,2" }] });
  expect(readToolArgs(null)).toEqual({ summary: "", fields: [] });
});

test("a swarm is told by its tasks, not by how many run at once", () => {
  expect(readToolArgs('{"maxConcurrent":2,"tasks":[{"key":"a"},{"key":"b"},{"key":"c"}]}').summary).toBe("3 tasks");
  expect(readToolArgs('{"approaches":[{}],"evaluationCriteria":"x"}').summary).toBe("1 approach");
});
