import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateNoun } from "./noun.ts";

const root = join(import.meta.dirname, "..", "..");
const status = () => execFileSync("git", ["status", "--porcelain", "packages"], { cwd: root, encoding: "utf8" });

test.each([
  ["class", "reserved word"],
  ["string", "reserved word"],
  ["date-time", "reserved word"],
  ["agent", "agent exists already (packages/contracts/src/agent.ts)"],
  ["api-key", "api-key exists already"],
  ["name", "name exists already (packages/contracts/src/id.ts)"],
  ["audit", "audit exists already"],
  ["Invoice", "is not a noun"],
])("%s is refused before anything is written", (name, says) => {
  const before = status();
  expect(() => generateNoun(name)).toThrow(says);
  expect(status()).toBe(before);
});
