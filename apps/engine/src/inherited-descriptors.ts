/** What whoever started us left open: every sandbox would get it, and could write to it. */
import { closeSync, readdirSync, readFileSync } from "node:fs";

/** What Node opens is closed in children by itself; what has not this flag came from outside. */
const closeOnExec = 0o2000000;

/** Closes them and answers their numbers. Where there is no /proc nothing is known of them. */
export function closeInheritedDescriptors(): number[] {
  const inherited = descriptors().filter((fd) => fd > 2 && isInherited(fd));
  const kept = inherited.length > 0 ? channel() : null;
  return inherited.filter((fd) => fd !== kept && closes(fd));
}

function descriptors(): number[] {
  try {
    return readdirSync("/proc/self/fd").map(Number);
  } catch {
    return [];
  }
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    return false; // the one that the list itself was read by
  }
}

/** The line to a parent that has forked us: Node takes the variable away, the kernel remembers it. */
function channel(): number | null {
  const found = /(?:^|\0)NODE_CHANNEL_FD=(\d+)/.exec(readFileSync("/proc/self/environ", "latin1"))?.[1];
  return found === undefined ? null : Number(found);
}

function closes(fd: number): boolean {
  try {
    closeSync(fd);
    return true;
  } catch {
    return false;
  }
}
