import { describe, expect, it } from "vitest";
import { keepPlaces } from "./keep-places.ts";

const question = (id: string, createdAt: number, status = "pending") => ({ id, createdAt, status });
const [a, b, c] = [question("a", 3), question("b", 2), question("c", 1)];

describe("a list whose entries keep their places", () => {
  it("takes what there is while nothing is shown", () => {
    expect(keepPlaces([], [a, b])).toEqual({ shown: [a, b], waiting: [] });
  });

  it("keeps what is no longer listed, and is the same list while nothing changes", () => {
    const shown = [a, b];
    expect(keepPlaces(shown, [b]).shown).toBe(shown);
  });

  it("lets what is new wait, and adds an older page at the end", () => {
    const late = question("late", 4);
    expect(keepPlaces([a, b], [late, b, c])).toEqual({ shown: [a, b, c], waiting: [late] });
  });

  it("shows the newer version of an entry where it was", () => {
    const answered = question("b", 2, "approved");
    expect(keepPlaces([a, b, c], [a, answered, c]).shown).toEqual([a, answered, c]);
  });
});
