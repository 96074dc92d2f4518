import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { paths } from "../start/paths.ts";

const clone = mkdtempSync(join(tmpdir(), "djinnbot-clone-"));
afterAll(() => rmSync(clone, { recursive: true, force: true }));

test("the doctor of a clone without packages looks at git, port and disk", async () => {
  for (const path of ["package.json", "package-lock.json", "scripts"]) {
    cpSync(join(paths.root, path), join(clone, path), { recursive: true });
  }
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const env = { PATH: process.env.PATH, PORT: String(port) };
  const output = await new Promise<string>((resolve) => {
    execFile(paths.node, ["scripts/start.mjs", "--doctor"], { cwd: clone, env }, (_error, stdout) => resolve(stdout));
  });
  server.close();
  expect(output).toMatch(/ok\s+git/);
  expect(output).toContain(`127.0.0.1:${port} cannot be used (EADDRINUSE)`);
  expect(output).toMatch(/Disk space\s+\d+ MB free/);
  expect(output).toContain("✗ the packages are not installed");
});
