import { describe, expect, it } from "vitest";
import { type CloneProgress, cloneMany } from "./clone-many.ts";

describe("cloneMany", () => {
  it("goes on after a failure and tells how far it is", async () => {
    const seen: CloneProgress[] = [];
    const refusal = new Error("taken");
    const clone = (slug: string) => (slug === "b" ? Promise.reject(refusal) : Promise.resolve());
    const result = await cloneMany(["a", "b", "c"], { clone, onProgress: (progress) => seen.push(progress) });
    expect(result).toEqual({ done: ["a", "c"], failed: [{ slug: "b", error: refusal }], total: 3 });
    expect(seen.map(({ done, failed }) => done.length + failed.length)).toEqual([0, 1, 2, 3]);
  });
});
