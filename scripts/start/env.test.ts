import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadSettings } from "./env.ts";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-env-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function load(text: string, source: Record<string, string> = {}) {
  const envFile = join(dir, ".env");
  writeFileSync(envFile, text);
  return loadSettings({ source, envFile });
}

test("the environment wins over .env, and empty counts as unset", () => {
  expect(load("PORT=4000\nHOST=\n").settings).toMatchObject({ PORT: 4000, HOST: "127.0.0.1" });
  expect(load("PORT=4000", { PORT: "5000" }).settings.PORT).toBe(5000);
});

test("a mistyped name is refused with the right one; a foreign name is only mentioned", () => {
  expect(() => load("DATBASE_URL=x")).toThrow(/did you mean DATABASE_URL/);
  expect(load("EDITOR_THEME=dark").warnings).toHaveLength(1);
});

test("all mistakes come in one message that says where each was made", () => {
  const attempt = () => load("PORT=many\nDEMO_MODEL=maybe", { REDIS_URL: "localhost:6379" });
  expect(attempt).toThrow(/PORT \(\.env\)[\s\S]*REDIS_URL \(environment\)[\s\S]*DEMO_MODEL \(\.env\)/);
});

test.each(["99999", "0", "1.5", "many"])("PORT=%s is answered with the range", (port) => {
  expect(() => load(`PORT=${port}`)).toThrow("PORT (.env): must be a whole number from 1 to 65535");
});

test("every private host that means nothing is named with what to write", () => {
  const attempt = () => load("EGRESS_PRIVATE_HOSTS=registry.internal:5000, 10.0.0.0/99, fd00::/8 300.1.1.1/8");
  expect(attempt).toThrow(/EGRESS_PRIVATE_HOSTS \(\.env\): "10\.0\.0\.0\/99" is no name[^\n]*write registry\.internal/);
  expect(attempt).toThrow(/EGRESS_PRIVATE_HOSTS \(\.env\): "300\.1\.1\.1\/8"/);
  expect(attempt).not.toThrow('"fd00::/8" is');
  expect(load("EGRESS_PRIVATE_HOSTS=10.0.0.0/8 fd00::/8,*.internal").settings.EGRESS_PRIVATE_HOSTS).toContain(
    "fd00::/8",
  );
});

test("a line that means nothing is named by its number, without what stands in it", () => {
  const attempt = () => load("# fine\n\nPORT=4000\nOPENAI_API_KEY sk-secret\n");
  expect(attempt).toThrow("line 4 of .env is not of the form NAME=value");
  expect(attempt).not.toThrow("sk-secret");
  expect(load('export PORT=4000\nMOTTO="two\nlines of it"\n').settings.PORT).toBe(4000);
});

test("relative folders are meant from the checkout", () => {
  expect(load("DATA_DIR=my-data").settings.DATA_DIR).toMatch(/^\/.*\/my-data$/);
});
