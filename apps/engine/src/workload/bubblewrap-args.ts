/** The sandbox's view of the machine, as arguments of bubblewrap: a read-only system, the mounts given, and nothing else. */
import { existsSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filterArgs } from "./seccomp.ts";
import { fromSnapshot } from "./snapshot.ts";
import type { WorkloadSpec } from "./workload.ts";

/** What of the host the sandbox is built from; found once at start. */
export interface SandboxBase {
  /** Node binary that runs the runtime, offered to the agent as `node` too. */
  node: string;
  /** Folder of npm's own package, when it is not in /usr; else null. */
  npm: string | null;
  /** Bundled program of the runtime. */
  bundle: string;
  /** True when processes get a user namespace: they are user 1000 inside, and nobody in particular outside. */
  userNamespace: boolean;
  /** File of the filter of system calls, which whoever starts bubblewrap hands over; null = none. */
  filter: string | null;
}

/** Where our own programs are inside the sandbox. */
const home = "/opt/djinnbot";
const sandboxNode = `${home}/bin/node`;
/** Where the sockets of the door are inside. */
export const sandboxDoor = `${home}/door`;
export const sandboxPath = `${home}/bin:/usr/local/bin:/usr/bin:/bin`;
const systemDirs = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** Configuration that programs need; nothing that tells about the machine's people or services. */
const systemFiles = [
  "/etc/alternatives",
  "/etc/ca-certificates",
  "/etc/crypto-policies",
  "/etc/hosts",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/nsswitch.conf",
  "/etc/pki/tls/certs",
  "/etc/protocols",
  "/etc/services",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/timezone",
];
/** Most that fits into the sandbox's /tmp. */
const tmpBytes = 1024 ** 3;
/** Most that programs of the sandbox share in memory. */
const sharedBytes = 256 * 1024 ** 2;

/** Folder of the npm package that `path` (a PATH) leads to, unless it is in /usr, which the sandbox sees anyway. */
export function findNpm(path: string): string | null {
  const program = path
    .split(":")
    .map((dir) => join(dir, "npm"))
    .find((file) => file.startsWith("/") && existsSync(file));
  if (!program || program.startsWith("/usr/")) {
    return null;
  }
  const folder = dirname(dirname(realpathSync(program)));
  return existsSync(join(folder, "bin/npm-cli.js")) && !folder.startsWith("/usr/") ? folder : null;
}

/** What starts the runtime, in the sandbox (where its folder is another) or outside. */
export function runtimeCommand(
  { node, bundle }: Pick<SandboxBase, "node" | "bundle">,
  { isSandboxed, hasSnapshot }: { isSandboxed: boolean; hasSnapshot: boolean },
): string[] {
  const dir = isSandboxed ? `${home}/runtime` : dirname(bundle);
  return [isSandboxed ? sandboxNode : node, ...(hasSnapshot ? fromSnapshot(dir) : []), join(dir, basename(bundle))];
}

/** Arguments up to and including `--`. Throws when a mount's path does not exist. */
export function bubblewrapArgs(options: {
  base: SandboxBase;
  spec: WorkloadSpec;
  /** Folder of the door's sockets. */
  door: string;
  statusFd: number;
}): string[] {
  const { base, spec, door, statusFd } = options;
  return [
    ...namespaceArgs(base),
    ...(base.filter === null ? [] : filterArgs),
    ...["--json-status-fd", String(statusFd)],
    ...systemArgs(),
    ...programArgs(base),
    ...[
      "--proc",
      "/proc",
      ...coverProc(),
      "--dev",
      "/dev",
      ...inMemory("/dev/shm", sharedBytes),
      "--remount-ro",
      "/dev",
      ...inMemory("/tmp", tmpBytes),
    ],
    ...spec.mounts.flatMap(({ path, access }) => {
      statSync(path);
      return [access === "write" ? "--bind" : "--ro-bind", path, path];
    }),
    ...["--ro-bind", door, sandboxDoor],
    ...["--remount-ro", "/", "--chdir", spec.workdir],
    ...environmentArgs(spec),
    "--",
  ];
}

function inMemory(dir: string, bytes: number): string[] {
  return ["--size", String(bytes), "--perms", "1777", "--tmpfs", dir];
}

/**
 * Kernel settings and memory, out of reach. The sandbox's user may be root outside, and the kernel lets root's number write these
 * files whatever its capabilities are.
 */
function coverProc(): string[] {
  const readOnly = ["sys", "sysrq-trigger", "irq", "bus", "fs"].map((name) => `/proc/${name}`);
  const emptyFiles = [
    "kcore",
    "keys",
    "kmsg",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "sched_debug",
    "timer_list",
  ];
  const emptyDirs = ["acpi", "scsi"].map((name) => `/proc/${name}`);
  return [
    ...readOnly.flatMap((path) => ["--ro-bind-try", path, path]),
    ...emptyFiles
      .map((name) => `/proc/${name}`)
      .filter(existsSync)
      .flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...emptyDirs.filter(existsSync).flatMap((path) => ["--tmpfs", path]),
  ];
}

function namespaceArgs(base: SandboxBase): string[] {
  const user = base.userNamespace ? ["--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"] : [];
  const others = ["--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];
  return [...user, ...others, "--hostname", "sandbox", "--cap-drop", "ALL", "--new-session"];
}

function systemArgs(): string[] {
  const dirs = systemDirs.filter(existsSync).flatMap((dir) => {
    const link = linkOf(dir);
    return link === null ? ["--ro-bind", dir, dir] : ["--symlink", link, dir];
  });
  const etc = join(import.meta.dirname, "sandbox-etc");
  const files = systemFiles.flatMap((file) => ["--ro-bind-try", file, file]);
  const people = ["passwd", "group"].flatMap((file) => ["--ro-bind", join(etc, file), `/etc/${file}`]);
  return ["--ro-bind", "/usr", "/usr", ...dirs, ...files, ...people];
}

function programArgs({ node, npm, bundle }: SandboxBase): string[] {
  const runtime = [
    "--ro-bind",
    realpathSync(node),
    sandboxNode,
    "--ro-bind",
    dirname(realpathSync(bundle)),
    `${home}/runtime`,
  ];
  if (npm === null) {
    return runtime;
  }
  const programs = ["npm", "npx"].flatMap((name) => ["--symlink", `../npm/bin/${name}-cli.js`, `${home}/bin/${name}`]);
  return [...runtime, "--ro-bind", realpathSync(npm), `${home}/npm`, ...programs];
}

/** Nothing secret: these are on the command line. The runtime gets its own environment through a descriptor. */
function environmentArgs(spec: WorkloadSpec): string[] {
  const environment = { PATH: sandboxPath, HOME: spec.home, LANG: "C.UTF-8", DJINNBOT_ENV_FD: "3" };
  return ["--clearenv", ...Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value])];
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
