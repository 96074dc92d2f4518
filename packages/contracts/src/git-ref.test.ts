import { expect, test } from "vitest";
import { GitRefName } from "./git-ref.ts";

test.each([
  "main",
  "v1.0",
  "feature/a-b_c",
  "fix#12",
  "ümlaut",
  "me@work",
  "a+b",
  "run/run_1",
  "@x",
  "HEAD2",
  "runs",
  "a-g1b2c3d",
])("%s", (name) => {
  expect(GitRefName.parse(name)).toBe(name);
});

test.each([
  ...["", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "a//b", "a\u0007", "a\nb"],
  ...["-x", "/a", ".a", "a/.b", "a/", "a.", "a.lock", "a.lock/b", "@", "x".repeat(201)],
  ...["HEAD", "run", "v1.0-3-g1b2c3d4", "a\u200bb", "a\u202eb"],
])("refuses %j", (name) => {
  expect(GitRefName.safeParse(name).success).toBe(false);
});
