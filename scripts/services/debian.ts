// Obtains a program from the machine's Debian archive: system-wide as root, into a private folder otherwise.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot, type Log, type RunResult, run, which } from "./process.ts";

interface ObtainOptions {
  packages: string[];
  binary: string;
  /** Folder for privately unpacked programs, e.g. `.data/tools`. */
  toolsDir: string;
  log: Log;
  /** Never installs system-wide, also as root: for servers that the system would start at once. */
  privateOnly?: boolean;
  /** Never unpacks privately: for programs that sandboxes need too. */
  systemOnly?: boolean;
}

/** Path of the program, or the reason why it cannot be had. */
export type Obtained = { path: string } | { reason: string };

/** Finds a program on PATH or among those unpacked earlier. */
export function findTool(binary: string, toolsDir: string): string | null {
  return which(binary) ?? which(binary, [join(toolsDir, "bin")]);
}

/** Finds a program, or fetches its Debian packages (saying so first). Downloads happen only when it is missing. */
export async function obtainDebianProgram(options: ObtainOptions): Promise<Obtained> {
  const found = options.systemOnly ? which(options.binary) : findTool(options.binary, options.toolsDir);
  if (found) return { path: found };
  if (!which("apt-get") || !which("dpkg")) return { reason: "apt-get is not available on this system" };
  let failure = "";
  if (isRoot && !options.privateOnly) {
    failure = await installSystemWide(options);
    const path = which(options.binary);
    if (path) return { path };
  }
  if (options.systemOnly) return { reason: failure || "only root can install it here" };
  const result = await unpackPrivately(options);
  return "path" in result ? result : { reason: failure || result.reason };
}

async function installSystemWide({ packages, log }: ObtainOptions): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () => run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], { env });
  log(`installing ${packages.join(", ")} with apt-get …`);
  let result = await install();
  if (result.code !== 0) {
    await run("apt-get", ["update", "-q"], { env });
    result = await install();
  }
  return result.code === 0 ? "" : `apt-get install failed: ${lastLine(result)}`;
}

async function unpackPrivately(options: ObtainOptions): Promise<Obtained> {
  const { packages, binary, toolsDir, log } = options;
  const apt = join(toolsDir, "apt");
  for (const dir of ["lists/partial", "archives/partial"]) mkdirSync(join(apt, dir), { recursive: true });
  log(`fetching ${packages.join(", ")} from the Debian archive into ${toolsDir} (the system is not changed) …`);
  const settings = [
    `Dir::State::lists=${join(apt, "lists")}`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::State::extended_states=${join(apt, "extended_states")}`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::archives=${join(apt, "archives")}`,
    "Dir::Etc::Trusted=/etc/apt/trusted.gpg",
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((setting) => ["-o", setting]);
  const update = await run("apt-get", [...settings, "update", "-q"]);
  if (update.code !== 0) return { reason: `apt-get update failed: ${lastLine(update)}` };
  const install = ["install", "-y", "-q", "--no-install-recommends", "--download-only", ...packages];
  const download = await run("apt-get", [...settings, ...install]);
  if (download.code !== 0) return { reason: `apt-get could not download it: ${lastLine(download)}` };
  const root = join(toolsDir, "root");
  mkdirSync(root, { recursive: true });
  const archives = readdirSync(join(apt, "archives")).filter((name) => name.endsWith(".deb"));
  for (const archive of archives) {
    const unpacked = await run("dpkg", ["-x", join(apt, "archives", archive), root]);
    if (unpacked.code !== 0) return { reason: `dpkg could not unpack ${archive}: ${lastLine(unpacked)}` };
  }
  rmSync(apt, { recursive: true, force: true });
  return writeWrapper({ root, binary, toolsDir });
}

/** A small script in front of the program sets its library path, so that callers need no special environment. */
function writeWrapper(options: { root: string; binary: string; toolsDir: string }): Obtained {
  const { root, binary, toolsDir } = options;
  const target = ["usr/bin", "usr/sbin", "bin", "sbin"].map((dir) => join(root, dir, binary)).find(existsSync);
  if (!target) return { reason: `the package holds no program named ${binary}` };
  const libraries = ["usr/lib", "lib"].flatMap((dir) => [join(root, dir), ...multiarchDirs(join(root, dir))]);
  const found = shellQuote(libraries.filter(existsSync).join(":"));
  const path = join(toolsDir, "bin", binary);
  mkdirSync(join(toolsDir, "bin"), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nLD_LIBRARY_PATH=${found} exec ${shellQuote(target)} "$@"\n`);
  chmodSync(path, 0o755);
  return { path };
}

function multiarchDirs(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.includes("-linux-gnu"))
    .map((name) => join(dir, name));
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function lastLine({ stdout, stderr, code }: RunResult): string {
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  return lines.findLast((line) => line.startsWith("E:")) ?? lines.at(-1) ?? `exit code ${code}`;
}
