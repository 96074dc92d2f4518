import { expect, it } from "vitest";
import { createKeyMatcher, type KeyPress } from "./key-matcher.ts";

const entries = [
  { keys: "g r" },
  { keys: "r" },
  { keys: "mod+k" },
  { keys: "?" },
  { keys: "c", first: true },
  { keys: "c" },
];
const key = (name: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

function type(presses: { event: KeyPress; at?: number; plain?: boolean }[]) {
  const matcher = createKeyMatcher();
  return presses.map(({ event, at = 0, plain = true }) => matcher.press({ event, entries, plain, at })?.keys ?? null);
}

it("recognises single keys, pairs and command keys", () => {
  expect(type([{ event: key("r") }])).toEqual(["r"]);
  expect(type([{ event: key("g") }, { event: key("r"), at: 500 }])).toEqual([null, "g r"]);
  expect(type([{ event: key("K", { metaKey: true }) }])).toEqual(["mod+k"]);
  expect(type([{ event: key("?") }])).toEqual(["?"]);
});

it("forgets the first key of a pair after a while and after another key", () => {
  expect(type([{ event: key("g") }, { event: key("r"), at: 5_000 }])).toEqual([null, "r"]);
  expect(type([{ event: key("g") }, { event: key("x") }, { event: key("r") }])).toEqual([null, null, "r"]);
});

it("lets only command keys through while typing, and never repeats", () => {
  expect(type([{ event: key("r"), plain: false }])).toEqual([null]);
  expect(type([{ event: key("k", { ctrlKey: true }), plain: false }])).toEqual(["mod+k"]);
  expect(type([{ event: key("r", { repeat: true }) }])).toEqual([null]);
  expect(type([{ event: key("r", { altKey: true }) }])).toEqual([null]);
});

it("prefers what was registered last", () => {
  expect(createKeyMatcher().press({ event: key("c"), entries, plain: true, at: 0 })).toEqual({ keys: "c" });
});
