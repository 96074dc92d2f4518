import { expect, test } from "vitest";
import { schemaCheck } from "./fit.ts";

const items = { type: "array", items: { properties: { name: { type: "string" } }, required: ["name"] } };

test.each([
  ["[]", /list is empty/],
  ['{"items": []}', /list is empty/],
  ['{"items": [{"nam": "x"}]}', /items\[0\].name/],
  ['{"items": ["x"]}', /expected object/],
  ["nothing", /not valid JSON/],
  ["{", /not valid JSON/],
])("%s does not fit", (text, problem) => {
  const { read } = schemaCheck({ properties: { items }, required: ["items"] });
  expect(read(text)).toEqual({ problem: expect.stringMatching(problem) });
});

test("two empty lists are an answer; words and fences around it are not part of it; defaults of the schema are not added", () => {
  const { read } = schemaCheck({
    type: "object",
    properties: { a: { type: "array" }, b: { type: "array" }, c: { type: "string", default: "x" } },
  });
  expect(read('Sure:\n```json\n{"a": [], "b": []}\n```\nDone.')).toEqual({ value: { a: [], b: [] } });
  expect(read('It is {"a": [1], "b": []} I think')).toEqual({ value: { a: [1], b: [] } });
});

test("a text that is too long to be kept whole does not fit", () => {
  const { check } = schemaCheck({ type: "object" });
  expect(check({ a: "x".repeat(600_000) })).toEqual({ problem: expect.stringContaining("500000 characters") });
});
