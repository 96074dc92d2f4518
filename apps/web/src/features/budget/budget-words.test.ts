import type { Budget } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { budgetNotice, worstFirst } from "./budget-words.ts";

const budget = (change: Partial<Budget>, usage: Partial<Budget["usage"]>): Budget => ({
  id: "bdg_aaaaaaaa",
  scope: "tenant",
  agentId: null,
  runId: null,
  stepId: null,
  period: "month",
  costMicros: 10,
  tokens: null,
  hard: true,
  warnPercent: 80,
  createdAt: 0,
  updatedAt: 0,
  ...change,
  usage: {
    costMicros: 0,
    tokens: 0,
    reservedCostMicros: 0,
    reservedTokens: 0,
    percent: 0,
    state: "ok",
    periodStart: null,
    periodEnd: null,
    ...usage,
  },
});

describe("budgetNotice", () => {
  it("says nothing while all is well", () => {
    expect(budgetNotice([budget({}, {})], [])).toBeNull();
  });
  it("names the one that stops work before a fuller one that only warns", () => {
    const soft = budget({ hard: false }, { percent: 300, state: "exceeded" });
    const hard = budget({ scope: "agent", agentId: "a", period: "day" }, { percent: 100, state: "exceeded" });
    expect(budgetNotice([soft, hard], [{ id: "a", name: "Ada" }])).toEqual({
      tone: "danger",
      title: "Budget: Ada, per day.",
      text: "It is used up: model calls are refused. 1 more needs a look.",
    });
  });
  it("does not count the percent of one that is over", () => {
    const soft = budget({ hard: false }, { percent: 57861, state: "exceeded" });
    expect(budgetNotice([soft], [])?.text).toBe("It is over its limit, and only warns.");
  });
  it("warns with the share that is used", () => {
    expect(budgetNotice([budget({}, { percent: 83.9, state: "warning" })], [])?.text).toBe(
      "83 % used. At 100 % model calls are refused.",
    );
  });
});

describe("worstFirst", () => {
  it("puts what stops work first, then what is over, then what is nearly used up", () => {
    const fine = budget({ id: "fine" }, { percent: 10 });
    const other = budget({ id: "other" }, { percent: 70 });
    const near = budget({ id: "near" }, { percent: 85, state: "warning" });
    const soft = budget({ id: "soft", hard: false }, { percent: 300, state: "exceeded" });
    const stop = budget({ id: "stop" }, { percent: 100, state: "exceeded" });
    expect(worstFirst([fine, other, near, soft, stop]).map(({ id }) => id)).toEqual([
      "stop",
      "soft",
      "near",
      "fine",
      "other",
    ]);
  });
});
