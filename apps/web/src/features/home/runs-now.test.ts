import type { FailureGroup, Run } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { attention, busyAndSomeIdle, inProgress, latestEnded, taskTitle } from "./runs-now.ts";

const run = (status: "running" | "pending" | "failed" | "waiting", at: number) =>
  ({
    id: `run_${at}`,
    tenantId: "ten_1",
    status,
    createdAt: at,
    updatedAt: at,
    completedAt: status === "failed" ? at : null,
  }) as Run;

describe("inProgress", () => {
  it("puts running ones first, then those that wait longest", () => {
    const runs = [run("pending", 1), run("running", 5), run("pending", 0), run("running", 4)];
    expect(inProgress(runs).map(({ createdAt }) => createdAt)).toEqual([4, 5, 0, 1]);
  });
});

describe("attention", () => {
  const group = (pipelineId: string, at: number, count = 1): FailureGroup => ({
    pipelineId,
    code: "STEP_TIMEOUT",
    count,
    latest: run("failed", at),
  });

  it("puts what waits for a person first, then the failures, newest first", () => {
    const items = attention([run("waiting", 1), run("waiting", 2)], [group("a", 5, 250), group("b", 7)], {});
    expect(items.map(({ at, count }) => [at, count])).toEqual([
      [2, 1],
      [1, 1],
      [7, 1],
      [5, 250],
    ]);
  });

  it("leaves out what was put away, until it happens again", () => {
    const [item] = attention([], [group("a", 5)], {});
    const dismissed = { [item?.key ?? ""]: 5 };
    expect(attention([], [group("a", 5)], dismissed)).toEqual([]);
    expect(attention([], [group("a", 6)], dismissed)).toHaveLength(1);
    expect(attention([], [group("b", 5)], dismissed)).toHaveLength(1);
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

describe("busyAndSomeIdle", () => {
  it("keeps all who work, and few of those who do not", () => {
    const agent = (name: string, state: string, queueLength = 0) => ({ name, state, queueLength });
    const agents = [agent("a", "idle"), agent("b", "working"), agent("c", "idle"), agent("d", "idle", 2)];
    expect(busyAndSomeIdle(agents, 1).map(({ name }) => name)).toEqual(["b", "d", "a"]);
  });
});
