import { describe, expect, it } from "vitest";
import { checkJsonBounds } from "./json-bounds.ts";

const check = (text: string) => checkJsonBounds(Buffer.from(text), { maxDepth: 3, maxValues: 5, maxKeys: 2 });
const strange = `{"a":"[[[[{{{{,,,,,,::::\\\\\\"[[[[,,,,,,","b":"\\\\"}`;

describe("the bounds of JSON", () => {
  it.each([
    ["[[[1]]]"],
    ["[[[]],[]]"],
    ["[1,2,3,4,5]"],
    [`{"a":1,"b":{"a":1,"b":2}}`],
    [strange],
    [`["]","[","\\""]`],
    ["]]]]{"],
    [""],
    [`"an open string [[[[[`],
  ])("hold %s", (text) => {
    expect(() => check(text)).not.toThrow();
  });
  it.each([
    ["[[[[]]]]", "more than 3 levels"],
    ["]]]][[[[", "more than 3 levels"],
    ["[1,2,3,4,5,6]", "more than 5 values"],
    ["[[],[],[]]", "more than 5 values"],
    [`{"a":1,"b":2,"c":3}`, "more than 2 keys in one object"],
    [`[{"a":1,"b":{"x":1},"c":3}]`, "more than 2 keys in one object"],
    [`["\\\\",[[[]]]]`, "more than 3 levels"],
  ])("refuse %s", (text, words) => {
    expect(() => check(text)).toThrow(words);
  });
});
