import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { paths } from "../start/paths.ts";
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

const copy = mkdtempSync(join(tmpdir(), "djinnbot-gen-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The sources with the packages of this checkout; the packages that are our own lead to the copy. */
function copyCheckout(): void {
  const left = new Set(["node_modules", ".git", ".next", ".data", "dist", ".turbo"]);
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
  const modules = join(copy, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@djinnbot") symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  cpSync(join(root, "node_modules/@djinnbot"), join(modules, "@djinnbot"), { recursive: true, verbatimSymlinks: true });
}

test("the command of the handbook writes a slice whose types hold, and tells what it wrote", {
  timeout: 240_000,
}, () => {
  copyCheckout();
  const options: ExecFileSyncOptionsWithStringEncoding = { cwd: copy, encoding: "utf8", stdio: "pipe" };
  const said = execFileSync(paths.node, [join(copy, "scripts/gen.ts"), "noun", "invoice-line"], options);
  expect(said).toContain("packages/contracts/src/invoice-line.ts");
  const { paths: operations } = JSON.parse(readFileSync(join(copy, "packages/api/openapi.json"), "utf8"));
  expect(Object.keys(operations)).toContain("/v1/invoice-lines/");
  execFileSync(join(copy, "node_modules/.bin/tsc"), ["--noEmit", "-p", join(copy, "packages/api")], options);
});
