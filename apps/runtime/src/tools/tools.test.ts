import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxToolResultChars } from "@djinnbot/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createShell } from "../shell.ts";
import { boundResult, boundSpills, spillDir } from "../spill.ts";
import { offeredTools } from "./index.ts";
import type { ToolContext, ToolResult } from "./tool.ts";

let dir: string;
let context: ToolContext;
let stop: AbortController;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "djinnbot-tools-"));
  const [workspace, home] = [join(dir, "work"), join(dir, "home")];
  mkdirSync(workspace);
  mkdirSync(join(home, "tool-output"), { recursive: true });
  writeFileSync(join(dir, "secret.txt"), "secret");
  stop = new AbortController();
  const commit = { authorName: "Ada", authorEmail: "ada@example.com" };
  context = {
    workspace,
    home,
    shell: createShell({ workspace, home, path: process.env.PATH ?? "", commit }),
    signal: stop.signal,
    api: async () => ({}),
    callId: "call_1",
    outputs: [],
    stepRef: "STEP-1",
    memory: { calls: new Set(), incomplete: 0, knowledge: [], files: new Map() },
    seesImages: true,
    maxResultChars: maxToolResultChars,
  };
});
afterEach(() => {
  context.shell.killAll();
  rmSync(dir, { recursive: true, force: true });
});

async function use(name: string, input: Record<string, unknown>): Promise<ToolResult> {
  const tool = offeredTools([]).get(name);
  if (!tool) {
    throw new Error(`no tool ${name}`);
  }
  try {
    return await tool.run(tool.input.parse(input), context);
  } catch (error) {
    return { text: (error as Error).message, isError: true };
  }
}
const put = (path: string, content: string) => {
  const full = join(context.workspace, path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, content);
};

test("no tool leaves the workspace, by dots, absolute paths or links", async () => {
  symlinkSync(join(dir, "secret.txt"), join(context.workspace, "link"));
  symlinkSync(dir, join(context.workspace, "up"));
  symlinkSync(join(dir, "not-there"), join(context.workspace, "dangling"));
  const paths = [
    "../secret.txt",
    join(dir, "secret.txt"),
    "link",
    "up/secret.txt",
    "up/new/x.txt",
    "a/../../secret.txt",
    "\0",
  ];
  for (const path of paths) {
    for (const [name, input] of [
      ["read", {}],
      ["write", { content: "x" }],
      ["edit", { oldText: "secret", newText: "x" }],
      ["multiedit", { edits: [{ oldText: "secret", newText: "x" }] }],
      ["grep", { pattern: "secret" }],
      ["ls", {}],
    ] as const) {
      const result = await use(name, { path, ...input });
      expect(result, `${name} ${path}`).toMatchObject({ isError: true });
      expect(result.text).not.toBe("secret");
    }
  }
  expect(await use("write", { path: "dangling", content: "x" })).toMatchObject({ isError: true });
  expect(existsSync(join(dir, "not-there"))).toBe(false);
  expect((await use("grep", { pattern: "secret" })).text).toBe("No matches.");
  expect((await use("find", { pattern: "*.txt" })).text).toBe("No files found.");
  expect((await use("find", { pattern: "*.txt", path: "up" })).isError).toBe(true);
  expect(readFileSync(join(dir, "secret.txt"), "utf8")).toBe("secret");
});

test("git's folder is not writable with file tools, and pipes are not opened", async () => {
  for (const path of [".git/hooks/pre-commit", "sub/.GIT/config", ".git"]) {
    expect(await use("write", { path, content: "x" })).toMatchObject({ isError: true });
  }
  await use("bash", { command: "mkfifo pipe" });
  expect((await use("read", { path: "pipe" })).text).toContain("not a regular file");
  expect((await use("write", { path: "pipe", content: "x" })).isError).toBe(true);
});

test("read gives lines with a way to go on, and refuses binary files", async () => {
  put("a.txt", Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join("\n"));
  expect((await use("read", { path: "a.txt", offset: 3, limit: 2 })).text).toBe(
    "line 3\nline 4\n\n[6 more lines; continue with offset=5.]",
  );
  put("long.txt", "x".repeat(200_000));
  expect((await use("read", { path: "long.txt" })).text.length).toBeLessThan(maxToolResultChars);
  put("bin", "a\0b");
  expect((await use("read", { path: "bin" })).text).toContain("binary");
  expect((await use("read", { path: "no.txt" })).text).toBe("no.txt does not exist.");
  expect((await use("read", { path: "." })).isError).toBe(true);
});

test("an image is shown by what it is, not by its name; one that is too large or cannot be seen gets a sentence", async () => {
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const kinds = {
    "a.txt": [png, "image/png"],
    "b.png": [Buffer.from("ffd8ffe000104a464946", "hex"), "image/jpeg"],
    "c.gif": [Buffer.from("GIF89a\0\0"), "image/gif"],
    "d.webp": [Buffer.from("RIFF\0\0\0\0WEBPVP8 "), "image/webp"],
  } as const;
  for (const [path, [bytes, mediaType]] of Object.entries(kinds)) {
    writeFileSync(join(context.workspace, path), bytes);
    const result = await use("read", { path });
    expect(result.images).toEqual([{ mediaType, data: bytes.toString("base64"), name: path }]);
    expect(result.text).toBe(`${path} is an image (${mediaType}, ${bytes.length} bytes). It is shown below.`);
  }
  put("e.png", "no image");
  expect((await use("read", { path: "e.png" })).text).toBe("no image");
  writeFileSync(join(context.workspace, "f.png"), Buffer.concat([png, Buffer.alloc(3_500_000)]));
  expect(await use("read", { path: "f.png" })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/larger than the 3500000 bytes/),
  });
  context.seesImages = false;
  expect(await use("read", { path: "a.txt" })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/does not take images/),
  });
});

test("with a small window results are smaller, and reading on comes to an end", async () => {
  context.maxResultChars = 1000;
  put("wide.txt", Array.from({ length: 4 }, () => "x".repeat(3000)).join("\n"));
  let [offset, reads] = [1, 0];
  for (; reads < 10; reads += 1) {
    const { text } = await use("read", { path: "wide.txt", offset });
    expect(text.length).toBeLessThanOrEqual(1000);
    const next = /continue with offset=(\d+)/.exec(text)?.[1];
    if (next === undefined) {
      break;
    }
    offset = Number(next);
  }
  expect([offset, reads]).toEqual([4, 3]);
});

test("spilled results are told apart by the ends of their names, and the oldest go when there are too many", async () => {
  const name = (id: string) => `${"LONG_STEP_".repeat(8)}-1-${id}`;
  for (const id of ["call_a", "call_b", "call_c"]) {
    const text = await boundResult(id.repeat(1000), { max: 500, home: context.home, name: name(id) });
    expect(text.length).toBeLessThanOrEqual(500);
    const file = /in (\S+\.txt);/.exec(text)?.[1] ?? "";
    expect(readFileSync(file, "utf8")).toBe(id.repeat(1000));
    utimesSync(file, 0, id.charCodeAt(5));
  }
  const dir = spillDir(context.home);
  await boundSpills(context.home, { bytes: 13_000, files: 10 });
  expect(
    readdirSync(dir)
      .map((file) => file.slice(-10, -4))
      .sort(),
  ).toEqual(["call_b", "call_c"]);
  await boundSpills(context.home, { bytes: 1, files: 1 });
  expect(readdirSync(dir)).toHaveLength(1);
});

test("write and multiedit change files; a failing edit changes nothing", async () => {
  expect((await use("write", { path: "d/e/f.txt", content: "one two" })).changes).toEqual([
    { path: "d/e/f.txt", action: "create", size: 7 },
  ]);
  const edits = [
    { oldText: "one", newText: "1" },
    { oldText: "three", newText: "3" },
  ];
  expect((await use("multiedit", { path: "d/e/f.txt", edits })).text).toContain("edit 2 of 2; nothing was changed");
  expect((await use("multiedit", { path: "d/e/f.txt", edits: edits.slice(0, 1) })).isError).toBeUndefined();
  expect(readFileSync(join(context.workspace, "d/e/f.txt"), "utf8")).toBe("1 two");
});

test("bash keeps order and exit code, and its environment is bare", async () => {
  const result = await use("bash", { command: "echo a; echo b >&2; echo c; exit 3" });
  expect(result).toMatchObject({ text: "a\nb\nc\n[exit code 3]", isError: true });
  const names = (await use("bash", { command: "env" })).text.split("\n").map((line) => line.split("=")[0] ?? "");
  const shell = ["PWD", "SHLVL", "_", "OLDPWD"];
  expect(names.filter((name) => !name.startsWith("GIT_") && !shell.includes(name)).sort()).toEqual([
    "HOME",
    "LANG",
    "PAGER",
    "PATH",
    "TERM",
  ]);
});

test("10 MB of output: head, tail and a file the agent can read, without growing in memory", async () => {
  const before = process.memoryUsage().rss;
  const { text } = await use("bash", {
    command: "echo first; head -c 10000000 /dev/zero | tr '\\0' x; echo; echo last",
  });
  expect(text.length).toBeLessThanOrEqual(maxToolResultChars);
  expect(text.startsWith("first\nx")).toBe(true);
  expect(text).toMatch(/x\nlast\n+\[\d+ bytes of output; all of it is in \S+call_1\.txt: /);
  expect(process.memoryUsage().rss - before).toBeLessThan(64_000_000);
  const file = join(context.home, "tool-output", "call_1.txt");
  expect(readFileSync(file).length).toBe(10_000_012);
  expect((await use("grep", { pattern: "last", path: file })).text).toContain("3:last");
  expect((await use("read", { path: file, limit: 1 })).text).toContain("first");
});

test("a timeout ends the whole process group; a background process lives until the step ends", async () => {
  const pidFile = join(context.workspace, "pid");
  // A process that ended counts as ended even where nobody collects it.
  const alive = () => {
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", readFileSync(pidFile, "utf8").trim()], {
      encoding: "utf8",
    });
    return stdout !== "" && !stdout.startsWith("Z");
  };
  const late = await use("bash", { command: "sleep 60 & echo $! > pid; wait", timeout: 1 });
  expect(late).toMatchObject({ text: "[stopped after 1 s]", isError: true });
  await expect.poll(alive).toBe(false);
  expect((await use("bash", { command: "sleep 60 & echo $! > pid; echo done" })).text).toBe("done");
  expect(alive()).toBe(true);
  context.shell.killAll();
  await expect.poll(alive).toBe(false);
});

test("an abort ends a command that ignores SIGTERM", async () => {
  const running = use("bash", { command: "trap '' TERM; echo up > up; while :; do sleep 0.1; done" });
  await expect.poll(() => existsSync(join(context.workspace, "up"))).toBe(true);
  stop.abort();
  expect((await running).text).toContain("the step is being ended");
});

test("grep, find and ls", async () => {
  put("src/a.ts", "const one = 1;\n");
  put("src/deep/b.test.ts", "// One\n");
  put("node_modules/x/c.ts", "one\n");
  put("-e", "one\n");
  expect((await use("grep", { pattern: "one", glob: "*.ts", path: "src" })).text).toBe("src/a.ts:1:const one = 1;");
  expect((await use("grep", { pattern: "ONE", ignoreCase: true, path: "src" })).text.split("\n")).toHaveLength(2);
  expect((await use("grep", { pattern: "(", path: "src" })).isError).toBe(true);
  expect((await use("grep", { pattern: "-e" })).text).toBe("No matches.");
  expect((await use("find", { pattern: "*.ts" })).text).toBe("src/a.ts\nsrc/deep/b.test.ts");
  expect((await use("find", { pattern: "src/*.ts" })).text).toBe("src/a.ts");
  expect((await use("ls", {})).text).toBe("-e  4\nnode_modules/\nsrc/");
  expect((await use("ls", { path: "src/a.ts" })).isError).toBe(true);
});

test("complete takes texts, writes other values as JSON, and counts what is missing", async () => {
  context.outputs = ["a", "b"];
  expect((await use("complete", { outputs: { a: 1, b: ["x"] } })).end).toEqual({
    kind: "complete",
    outputs: { a: "1", b: '["x"]' },
    summary: null,
  });
  expect(await use("complete", { outputs: { a: "x", b: "  " } })).toMatchObject({ isError: true });
  expect((await use("complete", {})).end).toBeUndefined();
  expect((await use("complete", { outputs: {} })).end).toMatchObject({ kind: "outputMissing" });
});
