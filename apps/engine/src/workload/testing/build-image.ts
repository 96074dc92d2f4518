/** Makes an image of the runtime on the spot, out of this machine's own programs, where none can be pulled. */
import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";

const ask = promisify(execFile);
const programs = [
  ...[
    "bash",
    "sh",
    "cat",
    "chmod",
    "cp",
    "env",
    "find",
    "grep",
    "head",
    "id",
    "ls",
    "mkdir",
    "mv",
    "nohup",
    "prlimit",
    "rm",
    "sed",
  ],
  ...["seq", "setsid", "sleep", "sort", "tail", "test", "touch", "tr", "uname", "wc", "git", "rg"],
];

/** Imports an image named `tag` whose entry point runs `bundle` (a file; its folder goes along) with this process's Node. */
export async function buildRuntimeImage(options: { docker: Docker; bundle: string; tag: string }): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "djinnbot-image-"));
  try {
    await fill(root, options.bundle);
    await importImage(options, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function fill(root: string, bundle: string): Promise<void> {
  for (const dir of ["bin", "usr/bin", "usr/lib", "etc/ssl", "tmp", "proc", "sys", "dev", "opt/djinnbot"]) {
    await mkdir(join(root, dir), { recursive: true });
  }
  await chmod(join(root, "tmp"), 0o1777);
  const found = (await Promise.all(programs.map(locate))).filter((path) => path !== null);
  for (const path of found) {
    await place(root, path, join("/usr/bin", path.split("/").at(-1) ?? ""));
  }
  await place(root, "/bin/sh", "/bin/sh");
  await place(root, process.execPath, "/usr/bin/node");
  // As a distribution's image has some: a program that would make root of whoever runs it.
  await place(root, "/bin/cat", "/usr/bin/cat-as-root");
  await chmod(join(root, "usr/bin/cat-as-root"), 0o4755);
  await cp("/usr/lib/git-core", join(root, "usr/lib/git-core"), { recursive: true, verbatimSymlinks: true }).catch(
    () => null,
  );
  await cp("/usr/share/git-core", join(root, "usr/share/git-core"), { recursive: true }).catch(() => null);
  const links = await libraries([...found, "/bin/sh", process.execPath, "/usr/lib/git-core/git-remote-http"]);
  for (const path of links) {
    await place(root, path, path);
  }
  await cp(dirname(bundle), join(root, "opt/djinnbot/runtime"), { recursive: true });
  await writeFile(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\nagent:x:10001:10001::/tmp:/bin/bash\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nagent:x:10001:\n");
}

async function locate(program: string): Promise<string | null> {
  for (const dir of ["/usr/bin", "/bin", "/usr/local/bin"]) {
    const path = await realpath(join(dir, program)).catch(() => null);
    if (path) {
      return join(dir, program);
    }
  }
  return null;
}

async function place(root: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(root, to)), { recursive: true });
  await cp(await realpath(from), join(root, to));
}

/** Absolute paths of the shared libraries that the programs load. */
async function libraries(files: readonly string[]): Promise<string[]> {
  const out = new Set<string>();
  for (const file of files) {
    const { stdout } = await ask("ldd", [file]).catch(() => ({ stdout: "" }));
    for (const [path] of stdout.matchAll(/\/\S+\.so\S*/g)) {
      out.add(path);
    }
  }
  return [...out];
}

async function importImage({ docker, bundle, tag }: { docker: Docker; bundle: string; tag: string }, root: string) {
  const tar = spawn("tar", ["-C", root, "--owner=0", "--group=0", "-c", "."], { stdio: ["ignore", "pipe", "ignore"] });
  const entry = `/opt/djinnbot/runtime/${bundle.split("/").at(-1)}`;
  const changes = [`ENTRYPOINT ["node", "${entry}"]`, "ENV PATH=/usr/local/bin:/usr/bin:/bin", "USER 10001:10001"];
  const [repo = tag, version = "latest"] = tag.split(":");
  const answer = await docker.importImage(tar.stdout, { repo, tag: version, changes });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
