/** What git writes as a stream: its end, its failure, and that every bound ends it with all that it started. */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type StreamBounds, streamGit } from "./stream-git.ts";

const cwd = mkdtempSync(join(tmpdir(), "djinnbot-stream-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const path = process.env.PATH ?? "";
const wide = { timeoutMs: 20_000, idleMs: 20_000, maxBytes: 1024 ** 3 };
/** A git that starts another program, which says who it is and then never ends. */
const endless = ["-c", "alias.x=!echo $$; exec yes", "x"];

const start = (args: string[], bounds: Partial<StreamBounds> = {}) =>
  streamGit(args, { ...wide, ...bounds, cwd, env: { PATH: path, GIT_CONFIG_NOSYSTEM: "1", HOME: cwd } });
const text = (piece: IteratorResult<Uint8Array>) => Buffer.from(piece.value ?? []).toString("utf8");

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) {
    all.push(piece);
  }
  return Buffer.concat(all).toString("utf8");
}

/** Also what has ended and is not collected: where the first process of a container does not do that, it stays in the table. */
async function isGone(pid: number): Promise<boolean> {
  for (const until = Date.now() + 5000; Date.now() < until; ) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    if (/^State:\tZ/m.test(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

it("ends when git ends, and fails when git fails", async () => {
  expect(await readAll(start(["--version"]))).toMatch(/^git version/);
  await expect(readAll(start(["rev-parse", "--verify", "nothing"]))).rejects.toThrow(/git rev-parse failed: .*fatal/);
});

it("what is stopped takes along whatever it started", async () => {
  let over = 0;
  const pieces = start(endless, { onOver: () => (over += 1) });
  const pid = Number.parseInt(text(await pieces.next()), 10);
  await pieces.return?.();
  expect(over).toBe(1);
  expect(await isGone(pid)).toBe(true);
  await expect(pieces.next()).rejects.toThrow(/was stopped/);
});

it.each([
  ["it said too much", { maxBytes: 100_000 }],
  ["it took too long", { timeoutMs: 300 }],
])("%s", async (why, bounds) => {
  const pieces = start(endless, bounds);
  const pid = Number.parseInt(text(await pieces.next()), 10);
  await expect(readAll(pieces)).rejects.toThrow(why);
  expect(await isGone(pid)).toBe(true);
});

it("nobody asks for more", async () => {
  const gone = new Promise<void>((onOver) => start(endless, { idleMs: 200, onOver }));
  await gone;
});
