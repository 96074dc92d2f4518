/** Turns the demo project (a small Node project with one failing test) into a git repository with a fixed history. */
import { execFile, spawn } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const author = "Parcel Quote <parcel-quote@example.com>";
/** Fixed, so that the commit ids are the same on every machine. */
const firstCommitAt = 1_780_000_000;

/** The demo project's folder; read-only by convention. */
export const demoProjectDir = fileURLToPath(new URL("../demo-project", import.meta.url));

interface DemoFile {
  path: string;
  content: Buffer;
}

async function readDemoFiles(): Promise<DemoFile[]> {
  const entries = await readdir(demoProjectDir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(demoProjectDir.length + 1))
    .sort();
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(demoProjectDir, path)) })));
}

function data(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

function commit(input: { message: string; at: number; files: DemoFile[] }): Buffer {
  const who = `${author} ${input.at} +0000\n`;
  const head = Buffer.from(`commit refs/heads/main\nauthor ${who}committer ${who}`);
  const files = input.files.map((file) =>
    Buffer.concat([Buffer.from(`M 100644 inline ${file.path}\n`), data(file.content)]),
  );
  return Buffer.concat([head, data(input.message), ...files, Buffer.from("\n")]);
}

/** fast-import takes author and dates from its input: no git identity, hook or environment of the machine is involved. */
async function fastImport(gitDir: string, stream: Buffer): Promise<void> {
  const child = spawn("git", ["--git-dir", gitDir, "fast-import", "--quiet"], { stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(stream);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new Error(`git fast-import ended with ${code}: ${stderr}`);
  }
}

/**
 * Creates the repository at `dir` (made if missing; must be empty): branch `main`, two commits with a fixed author and
 * date, so every call yields the same commit ids. Returns `dir`. Throws when git is missing or `dir` holds something.
 */
export async function createDemoRepository(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  if ((await readdir(dir)).length > 0) {
    throw new Error(`not empty: ${dir}`);
  }
  const gitDir = join(dir, ".git");
  const files = await readDemoFiles();
  const tests = files.filter((file) => file.path.startsWith("test/"));
  const code = files.filter((file) => !tests.includes(file));
  await run("git", ["init", "--quiet", "--template=", "--initial-branch=main", dir]);
  await fastImport(
    gitDir,
    Buffer.concat([
      commit({ message: "Price parcels by band and destination\n", at: firstCommitAt, files: code }),
      commit({ message: "Test prices, limits and refusals\n", at: firstCommitAt + 3600, files: tests }),
    ]),
  );
  await run("git", ["--git-dir", gitDir, "--work-tree", dir, "reset", "--quiet", "--hard", "main"]);
  return dir;
}
