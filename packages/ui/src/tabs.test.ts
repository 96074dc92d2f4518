import { expect, test } from "vitest";
import { scrollToShow } from "./tabs.tsx";

test("a row of tabs moves only as far as its active tab needs", () => {
  const row = { scrollLeft: 0, clientWidth: 300 };
  expect(scrollToShow(row, { offsetLeft: 100, offsetWidth: 60 })).toBe(0);
  expect(scrollToShow(row, { offsetLeft: 400, offsetWidth: 60 })).toBe(192);
  expect(scrollToShow({ ...row, scrollLeft: 300 }, { offsetLeft: 100, offsetWidth: 60 })).toBe(68);
});
