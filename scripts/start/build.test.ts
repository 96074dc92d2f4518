import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { filesBelow } from "./build.ts";

test("what a build or a test run leaves among the sources does not count as one", () => {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-build-"));
  const source = join(dir, "app", "page.tsx");
  const left = ["next-env.d.ts", "tsconfig.tsbuildinfo", ".next/BUILD_ID", "app/page.test.tsx", "dist/main.js"];
  for (const file of [source, ...left.map((name) => join(dir, name))]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  }
  expect(filesBelow(dir)).toEqual([source]);
  rmSync(dir, { recursive: true, force: true });
});
