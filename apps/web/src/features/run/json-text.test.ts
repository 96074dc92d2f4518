import { expect, test } from "vitest";
import { readableJson } from "./json-text.ts";

test("JSON is laid out, without colour codes; other text is none", () => {
  expect(readableJson('[{"a":"\\u001b[31mred\\u001b[0m"}]')).toBe('[\n  {\n    "a": "red"\n  }\n]');
  expect(readableJson("[a link](https://example.test)")).toBeNull();
  expect(readableJson("42")).toBeNull();
});
