import { describe, expect, it } from "vitest";
import { attention, inProgress, latestEnded, taskTitle } from "./runs-now.ts";

const day = 24 * 3600 * 1000;
const run = (status: "running" | "pending" | "failed" | "waiting", at: number) => ({
  status,
  createdAt: at,
  updatedAt: at,
  completedAt: status === "failed" ? at : null,
});

describe("inProgress", () => {
  it("puts running ones first, then those that wait longest", () => {
    const runs = [run("pending", 1), run("running", 5), run("pending", 0), run("running", 4)];
    expect(inProgress(runs).map(({ createdAt }) => createdAt)).toEqual([4, 5, 0, 1]);
  });
});

describe("attention", () => {
  it("drops old failures, keeps what waits for a person however old", () => {
    const now = 30 * day;
    const runs = [run("failed", now - 8 * day), run("failed", now - day), run("waiting", day), run("failed", now)];
    expect(attention(runs, now).map(({ status, updatedAt }) => [status, updatedAt])).toEqual([
      ["waiting", day],
      ["failed", now],
      ["failed", now - day],
    ]);
  });
});

describe("latestEnded", () => {
  it("leaves out what is under way", () => {
    const runs = [run("running", 5), run("failed", 4), run("waiting", 3), run("failed", 2), run("failed", 1)];
    expect(latestEnded(runs, 2).map(({ createdAt }) => createdAt)).toEqual([4, 2]);
  });
});

describe("taskTitle", () => {
  it("is the first line, cut with an ellipsis", () => {
    expect(taskTitle("\n  Fix it\nplease")).toBe("Fix it");
    expect(taskTitle("abcdef", 4)).toBe("abc…");
  });
});
