import type { ListedRun, TenantEvent } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { patchPages, readNews } from "./live-list.ts";

const event = (body: object) => body as TenantEvent;
const run = (id: string, status: ListedRun["status"] = "running") => ({ id, status }) as ListedRun;

test("changed, created and deleted runs are told apart", () => {
  const news = readNews(
    [
      event({ type: "STEP_COMPLETE", runId: "run_a" }),
      event({ type: "RUN_CREATED", runId: "run_b" }),
      event({ type: "STEP_STARTED", runId: "run_of_another_page" }),
      event({ type: "RUN_DELETED", runId: "run_c" }),
      event({ type: "AGENT_CREATED", agentId: "agt_x" }),
    ],
    new Set(["run_a", "run_c"]),
  );
  expect([...news.changed]).toEqual(["run_a"]);
  expect([...news.created]).toEqual(["run_b"]);
  expect([...news.deleted]).toEqual(["run_c"]);
  expect(news.stale).toBe(false);
});

test("a restarted run that is shown has changed, it is not new", () => {
  const news = readNews([event({ type: "RUN_CREATED", runId: "run_a" })], new Set(["run_a"]));
  expect(news.created.size).toBe(0);
  expect(news.changed.has("run_a")).toBe(true);
});

test("rows are replaced in place", () => {
  const before = {
    pages: [
      { items: [run("a"), run("b")], nextCursor: "x" },
      { items: [run("c")], nextCursor: null },
    ],
    pageParams: [],
  };
  const after = patchPages(before, new Map([["b", run("b", "failed")]]), new Set(["c"]));
  expect(after.pages.map((page) => page.items.map((row) => `${row.id} ${row.status}`))).toEqual([
    ["a running", "b failed"],
    [],
  ]);
});
