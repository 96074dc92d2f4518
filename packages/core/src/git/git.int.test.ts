/** Git as a program: what it starts ends with it, and nobody waits for a server of which nothing is heard. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { createGit } from "./git.ts";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-git-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const git = await createGit(dir);
await git(["init", "--quiet", "--bare", join(dir, "mirror.git")]);
const cwd = join(dir, "mirror.git");
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

async function serverThat(answers: (socket: Socket) => void): Promise<{ port: number; gone: Promise<void> }> {
  let isGone: () => void;
  const gone = new Promise<void>((resolve) => {
    isGone = resolve;
  });
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => isGone());
    answers(socket);
    socket.resume();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as { port: number }).port, gone };
}

const hasSsh = ["/usr/local/bin/ssh", "/usr/bin/ssh", "/bin/ssh"].some(existsSync);

it.for(["git", "http", "ssh"])(
  "gives up a server that never answers: %s",
  { timeout: 30_000 },
  async (scheme, { skip }) => {
    skip(scheme === "ssh" && !hasSsh, "no SSH client here");
    const { port, gone } = await serverThat(() => undefined);
    const fetching = git(["fetch", "--progress", `${scheme}://127.0.0.1:${port}/x`], { cwd, silenceMs: 500 });
    await expect(fetching).rejects.toThrow(/does not answer/);
    await gone;
  },
);

it("gives up a server that stops in the middle", { timeout: 30_000 }, async () => {
  const { port, gone } = await serverThat((socket) => socket.write("00"));
  const fetching = git(["fetch", "--progress", `git://127.0.0.1:${port}/x`], { cwd, silenceMs: 500 });
  await expect(fetching).rejects.toThrow(/does not answer/);
  await gone;
});

it("ends at once when it is stopped, and does not begin afterwards", { timeout: 30_000 }, async () => {
  const stop = new AbortController();
  const { port, gone } = await serverThat(() => stop.abort());
  const { signal } = stop;
  await expect(git(["fetch", `http://127.0.0.1:${port}/x`], { cwd, signal })).rejects.toThrow(/was stopped/);
  await gone;
  await expect(git(["--version"], { signal })).rejects.toThrow(/was stopped/);
});

it("says what went wrong, without how far it had come", async () => {
  const fetching = git(["fetch", "--progress", join(dir, "nowhere.git")], { cwd });
  await expect(fetching).rejects.toMatchObject({ detail: expect.stringMatching(/does not (appear|exist)|not read/) });
  await expect(git(["fetch", join(dir, "\0")], { cwd })).rejects.toThrow();
  expect(await git(["hash-object", "--stdin"], { input: "x", cwd })).toMatch(/^[0-9a-f]{40}$/);
});

it("says that there is no SSH client, and what SSH said when there is one", async () => {
  const bin = mkdtempSync(join(dir, "bin-"));
  symlinkSync("/bin/sh", join(bin, "sh"));
  symlinkSync(execFileSync("/bin/sh", ["-c", "command -v git"], { encoding: "utf8" }).trim(), join(bin, "git"));
  const asked = { cwd, env: { PATH: bin } };
  const fetching = () => git(["fetch", "ssh://nobody.test/x"], asked);
  await expect(fetching()).rejects.toThrow(/no SSH client.*https address/);
  writeFileSync(join(bin, "ssh"), "#!/bin/sh\necho 'git@nobody.test: Permission denied (publickey).' >&2\nexit 255\n");
  chmodSync(join(bin, "ssh"), 0o755);
  await expect(fetching()).rejects.toThrow(
    /Permission denied \(publickey\)\..* Could not read from remote repository\.$/,
  );
});

it("is prepared by many at once", async () => {
  const gits = await Promise.all(Array.from({ length: 50 }, () => createGit(dir)));
  await Promise.all(gits.slice(0, 5).map((one) => one(["version"])));
});
