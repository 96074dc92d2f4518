/** The same attempts without a sandbox, by the engine's own user: what succeeds there and nowhere else, the sandbox has refused. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Attempt, needsOtherMachine, readReport } from "./hostile-report.ts";
import { placeAttempts, type Targets } from "./hostile-scene.ts";
import { ended, type Platform } from "./platform.ts";

/** What would harm the machine is done small here, or asked for only: `control` in `hostile/*.mjs`. */
const small = { forks: 3, memoryMb: 20, fileBytes: 2_000_000, roomBytes: 500_000_000, mostBytes: 1_000_000 };

/** Depends on the kernel or on what is installed; a machine without it has nothing to attack there. */
const byMachine = [
  ...["connect to the machine's Docker, containerd, Postgres or systemd by its socket", "load a module"],
  ...["read the machine's kernel memory", "read /etc/machine-id", "read /root", "make a user namespace"],
  ...["gain rights by the system's set-uid programs", "gain rights by a set-uid program of its own"],
  ...[
    "queue calls past the sandbox (io_uring)",
    "open a socket to the hypervisor (vsock)",
    "open a socket to the kernel's ciphers (AF_ALG)",
    "handle page faults for the kernel (userfaultfd)",
  ],
  ...["use the keyrings of whoever started the engine", "open a file by its handle", "write /sys", "trigger sysrq"],
  ...["leave its control group", "find room in memory that nothing bounds"],
];

export async function runControl(platform: Platform, targets: Targets): Promise<Attempt[]> {
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-control-"));
  const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", targets.secretParts.join("")]);
  try {
    const control = { runDir: targets.victim.paths.run, isRoot: process.getuid?.() === 0, secretPid: holder.pid };
    placeAttempts(dir, { ...targets, control, bombs: { ...targets.bombs, ...small }, hosts: ["127.0.0.1"] });
    execFileSync("git", ["init", "-q", dir]);
    const [report, problems] = [join(dir, "report.jsonl"), join(dir, "problems.txt")];
    // The last two are what the sandbox's processes must not have: a file and a connection of the engine's.
    const leaked = openSync(platform.engines[0]?.log ?? "", "r");
    const child = spawn(process.execPath, ["hostile/main.mjs", "targets.json"], {
      cwd: dir,
      env: { PATH: process.env.PATH, HOME: dir },
      stdio: ["ignore", openSync(report, "w"), openSync(problems, "w"), leaked, "pipe"],
    });
    await new Promise((resolve) => child.once("exit", resolve));
    expect(readFileSync(problems, "utf8")).toBe("");
    return readReport(report);
  } finally {
    await ended(holder, "SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Attempts that the control should have shown to be able to work, and has not. */
export function unproven(attempts: readonly Attempt[], known: readonly string[]): string[] {
  const isAdministrator = canAdminister();
  return attempts
    .filter(({ outcome }) => outcome !== "succeeded" && outcome !== "planted")
    .filter((attempt) => !needsOtherMachine(attempt))
    .filter(({ needs }) => needs !== "root" || isAdministrator)
    .filter(({ name }) => !byMachine.includes(name) && !known.includes(name) && !isKeptByPassword(name))
    .map(({ name, outcome, detail }) => `${name}: ${outcome} ${detail}`);
}

/** Not the sandbox keeps these. */
const isKeptByPassword = (name: string) => / without a (password|key)$|^engine's port for operators/.test(name);

/** Root of a container may lack the rights that count. */
function canAdminister(): boolean {
  const mask = /CapEff:\s*([0-9a-f]+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  const administer = 1n << 21n;
  return process.getuid?.() === 0 && (BigInt(`0x${mask}`) & administer) !== 0n;
}
