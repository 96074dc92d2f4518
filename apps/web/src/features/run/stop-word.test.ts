import { expect, it } from "vitest";
import { stopWord } from "./stop-word.ts";

it("says why a model stopped, and passes on what it does not know", () => {
  expect(["tool_calls", "end_turn", "pondering", null].map(stopWord)).toEqual([
    "Called tools",
    "Finished",
    "pondering",
    "Finished",
  ]);
});
