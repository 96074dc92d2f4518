import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takesSnapshot } from "./snapshot.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-snapshot-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const node = process.execPath;
const bundle = () => join(dir, "main.cjs");
const snapshot = () => join(dir, "runtime.snapshot");

function makeSnapshot(): void {
  writeFileSync(bundle(), "require('node:v8').startupSnapshot.setDeserializeMainFunction(() => undefined);");
  execFileSync(node, ["--snapshot-blob", snapshot(), "--build-snapshot", bundle()], { stdio: "pipe" });
}

test("a bundle without a snapshot is started as it is", async () => {
  expect(await takesSnapshot(node, bundle())).toBe(false);
});

test("a snapshot that this Node begins with is used", async () => {
  makeSnapshot();
  expect(await takesSnapshot(node, bundle())).toBe(true);
});

test("a snapshot of another version of Node is not used", async () => {
  makeSnapshot();
  const bytes = readFileSync(snapshot());
  bytes.write("0.0.0", bytes.indexOf(process.versions.node));
  writeFileSync(snapshot(), bytes);
  expect(await takesSnapshot(node, bundle())).toBe(false);
});

test("a file that is no snapshot is not used", async () => {
  writeFileSync(snapshot(), "not a snapshot");
  expect(await takesSnapshot(node, bundle())).toBe(false);
});
