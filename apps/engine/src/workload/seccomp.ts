/** System calls that an agent's work does not need and that no namespace keeps inside the sandbox, as a filter for bubblewrap. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where bubblewrap finds the filter. */
const filterFd = 9;
/** Arguments of bubblewrap for it. */
export const filterArgs = ["--seccomp", String(filterFd)];

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };
interface Machine {
  /** `AUDIT_ARCH_…` of <linux/audit.h>. */
  audit: number;
  socket: number;
  /** `clone` and `unshare`. */
  namespaces: number[];
  refused: [number, keyof typeof errno][];
}

/** In the order: keyrings, which belong to whoever started the engine; bpf; perf; userfaultfd; io_uring, which passes filters by. */
const machines: Record<string, Machine> = {
  x64: { audit: 0xc000003e, socket: 41, namespaces: [56, 272], refused: refusing([248, 249, 250, 321, 298, 323]) },
  arm64: { audit: 0xc00000b7, socket: 198, namespaces: [220, 97], refused: refusing([217, 218, 219, 280, 241, 282]) },
};

function refusing(numbers: number[]): Machine["refused"] {
  const asForbidden = numbers.map((number): Machine["refused"][number] => [number, "EPERM"]);
  // io_uring, and clone3, whose arguments a filter cannot see: programs go on without them where the kernel has none.
  return [...asForbidden, [425, "ENOSYS"], [426, "ENOSYS"], [427, "ENOSYS"], [435, "ENOSYS"]];
}

const [loadWord, jumpIfEqual, jumpIfAtLeast, jumpIfAnyBit, answer] = [0x20, 0x15, 0x35, 0x45, 0x06];
const [numberAt, archAt, firstArgumentAt] = [0, 4, 16];
/**
 * Sockets that programs may open: local, IPv4, IPv6, netlink. Others are in no network namespace, like a virtual machine's to its
 * hypervisor, or lead to seldom used parts of the kernel, like its ciphers.
 */
export const socketFamilies = [1, 2, 10, 16];
/** A sandbox that root starts without a user namespace of its own would let agents make one, and be root in it. */
const newUserNamespace = 0x10000000;
/** Numbers from here on are x86-64's x32 calls: the same calls once more. */
const otherTable = 0x40000000;
const allow = 0x7fff0000;
const refuse = (name: keyof typeof errno) => 0x00050000 | errno[name];

/** The program (classic BPF), or null for a machine whose calls we do not know. */
export function seccompFilter(arch: string): Buffer | null {
  const machine = machines[arch];
  if (!machine) {
    return null;
  }
  const { audit, socket, namespaces, refused } = machine;
  const lines: [code: number, value: number, ifTrue?: number, ifFalse?: number][] = [
    [loadWord, archAt],
    [jumpIfEqual, audit, 1, 0],
    [answer, refuse("ENOSYS")],
    [loadWord, numberAt],
    [jumpIfAtLeast, otherTable, 0, 1],
    [answer, refuse("ENOSYS")],
    ...refused.flatMap(([number, name]): typeof lines => [
      [jumpIfEqual, number, 0, 1],
      [answer, refuse(name)],
    ]),
    ...namespaces.flatMap((number): typeof lines => [
      [jumpIfEqual, number, 0, 4],
      [loadWord, firstArgumentAt],
      [jumpIfAnyBit, newUserNamespace, 0, 1],
      [answer, refuse("EPERM")],
      [answer, allow],
    ]),
    [jumpIfEqual, socket, 0, socketFamilies.length + 2],
    [loadWord, firstArgumentAt],
    ...socketFamilies.map((family, index): (typeof lines)[number] => [
      jumpIfEqual,
      family,
      socketFamilies.length - index,
      0,
    ]),
    [answer, refuse("EAFNOSUPPORT")],
    [answer, allow],
  ];
  const program = Buffer.alloc(lines.length * 8);
  for (const [index, [code, value, ifTrue = 0, ifFalse = 0]] of lines.entries()) {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(ifTrue, index * 8 + 2);
    program.writeUInt8(ifFalse, index * 8 + 3);
    program.writeUInt32LE(value, index * 8 + 4);
  }
  return program;
}

/** Writes the filter for this machine below `dir`, whole or not at all; null where there is none. */
export async function placeFilter(dir: string): Promise<string | null> {
  const program = seccompFilter(process.arch);
  if (program === null) {
    return null;
  }
  const file = join(dir, `sandbox-${process.arch}.bpf`);
  await mkdir(dir, { recursive: true });
  await writeFile(`${file}.${process.pid}`, program, { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  return file;
}

/** Arguments to stand before bubblewrap: a shell opens the filter and becomes what follows. */
export function withFilter(file: string): string[] {
  return ["/bin/sh", "-c", `exec ${filterFd}<"$1"; shift; exec "$@"`, "sh", file];
}
