import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runtimeCommand } from "./bubblewrap-args.ts";
import { snapshotCheck } from "./snapshot.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-snapshot-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const node = process.execPath;
const warned: object[] = [];
const log = { warn: (fields: object) => warned.push(fields) };
const bundle = () => join(dir, "main.cjs");
const check = () => snapshotCheck({ node, bundle: bundle(), log });
const snapshot = () => join(dir, "runtime.snapshot");

function makeSnapshot(): void {
  writeFileSync(bundle(), "require('node:v8').startupSnapshot.setDeserializeMainFunction(() => undefined);");
  execFileSync(node, ["--snapshot-blob", snapshot(), "--build-snapshot", bundle()], { stdio: "pipe" });
}

const timeout = 60_000;

test("a bundle without a snapshot is started as it is", async () => {
  expect(await check()()).toBe(false);
});

test("a snapshot that this Node begins with is used", { timeout }, async () => {
  makeSnapshot();
  expect(await check()()).toBe(true);
});

test("a snapshot of another version of Node is not used", { timeout }, async () => {
  makeSnapshot();
  const bytes = readFileSync(snapshot());
  bytes.write("0.0.0", bytes.indexOf(process.versions.node));
  writeFileSync(snapshot(), bytes);
  expect(await check()()).toBe(false);
});

test("a snapshot is tried again when it has changed, and a damaged one is not used", { timeout }, async () => {
  makeSnapshot();
  const takes = check();
  expect([await takes(), await takes()]).toEqual([true, true]);
  warned.length = 0;
  writeFileSync(snapshot(), readFileSync(snapshot()).subarray(0, 1_000_000));
  expect([await takes(), await takes()]).toEqual([false, false]);
  expect(warned).toHaveLength(1);
  rmSync(snapshot());
  expect(await takes()).toBe(false);
  makeSnapshot();
  expect(await takes()).toBe(true);
});

test("what starts the runtime, in the sandbox and outside", () => {
  const base = { node: "/n/node", bundle: "/b/main.cjs" };
  const outside = (hasSnapshot: boolean) => runtimeCommand(base, { isSandboxed: false, hasSnapshot });
  expect(outside(false)).toEqual(["/n/node", "/b/main.cjs"]);
  expect(outside(true)).toEqual(["/n/node", "--snapshot-blob", "/b/runtime.snapshot", "/b/main.cjs"]);
  const [home, place] = ["/opt/djinnbot/bin/node", "/opt/djinnbot/runtime"];
  const blob = ["--snapshot-blob", `${place}/runtime.snapshot`];
  expect(runtimeCommand(base, { isSandboxed: true, hasSnapshot: true })).toEqual([home, ...blob, `${place}/main.cjs`]);
});
