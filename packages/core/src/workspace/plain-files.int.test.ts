/** Working copies as agents may leave them: folders that are swapped for links while somebody reads, and far too deep ones. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listPlain, readPlain } from "./plain-files.ts";

it("never reads or lists what lies outside, however fast folders are swapped for links", async () => {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-swap-"));
  const [root, outside] = [join(dir, "root"), join(dir, "outside")];
  for (const folder of [join(root, "real"), outside]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(root, "real", "file"), "inside");
  writeFileSync(join(outside, "file"), "secret");
  writeFileSync(join(outside, "secret-name"), "secret");
  const swap = `const fs = require("node:fs"); process.chdir(process.argv[1]);
    for (;;) { fs.renameSync("real", "swapped"); fs.symlinkSync("../outside", "real"); fs.unlinkSync("real"); fs.renameSync("swapped", "real"); }`;
  const agent = spawn(process.execPath, ["-e", swap, root], { stdio: "ignore" });
  try {
    const seen = new Map<string, number>();
    const until = Date.now() + 4000;
    while (Date.now() < until) {
      const [text, { files }] = await Promise.all([
        readPlain(root, "real/file").then(
          (bytes) => bytes.toString(),
          (error: { code: string }) => error.code,
        ),
        listPlain(root),
      ]);
      seen.set(text, (seen.get(text) ?? 0) + 1);
      expect(files.filter(({ path }) => path.includes("secret"))).toEqual([]);
    }
    expect(seen.get("secret")).toBeUndefined();
    // Both states were met, or the test would say nothing.
    expect(seen.get("inside")).toBeGreaterThan(10);
    expect(seen.get("FORBIDDEN") ?? seen.get("NOT_FOUND")).toBeGreaterThan(10);
  } finally {
    agent.kill("SIGKILL");
  }
});

it("cuts a folder that lies too deep, and says so; everything beside it is listed", async () => {
  const root = mkdtempSync(join(tmpdir(), "djinnbot-deep-"));
  const deep = join(root, "a", ...Array.from({ length: 100 }, () => "d"));
  mkdirSync(deep, { recursive: true });
  for (const path of [join(deep, "lost"), join(root, "a", "d", "seen"), join(root, "b"), join(root, "z")]) {
    writeFileSync(path, "");
  }
  const { files, truncated } = await listPlain(root);
  expect(files.map(({ path }) => path)).toEqual(["a/d/seen", "b", "z"]);
  expect(truncated).toBe(true);

  rmSync(join(root, "a"), { recursive: true });
  // The deepest that is looked into.
  const last = join(root, "c", ...Array.from({ length: 63 }, () => "d"));
  mkdirSync(last, { recursive: true });
  writeFileSync(join(last, "seen"), "");
  expect(await listPlain(root)).toMatchObject({ files: { length: 3 }, truncated: false });
  rmSync(root, { recursive: true });
});
