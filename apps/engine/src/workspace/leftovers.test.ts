import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { removeLeftovers } from "./leftovers.ts";

test("only old folders that were never finished go", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "djinnbot-leftovers-"));
  const paths = tenantPaths(dataDir, newId("tenant"));
  const [workspace, mirror] = [paths.workspace(newId("run")), paths.mirror("https://example.test/a.git")];
  const old = [`${workspace}.4242.new`, `${mirror}.4242.1790000000000.new`];
  const young = `${workspace}.4243.new`;
  const finished = [workspace, mirror];
  for (const path of [...old, young, ...finished]) {
    mkdirSync(join(path, "objects"), { recursive: true });
  }
  const twoHoursAgo = Date.now() / 1000 - 7200;
  for (const path of [...old, ...finished]) {
    utimesSync(path, twoHoursAgo, twoHoursAgo);
  }
  expect(await removeLeftovers(dataDir)).toBe(2);
  expect([...old, young, ...finished].map((path) => existsSync(path))).toEqual([false, false, true, true, true]);
  rmSync(dataDir, { recursive: true, force: true });
});
