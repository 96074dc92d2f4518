import { expect, test } from "vitest";
import { isSelectedIn } from "./use-held.ts";

const element = {} as Node;
const selection = (isCollapsed: boolean, inside: boolean) => ({ isCollapsed, containsNode: () => inside });

test("a text is held while some of it is selected, not for a cursor or a selection elsewhere", () => {
  expect(isSelectedIn(selection(false, true), element)).toBe(true);
  expect(isSelectedIn(selection(true, true), element)).toBe(false);
  expect(isSelectedIn(selection(false, false), element)).toBe(false);
  expect(isSelectedIn(null, element)).toBe(false);
  expect(isSelectedIn(selection(false, true), null)).toBe(false);
});
