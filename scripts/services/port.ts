// Loopback ports: finding a free one, and saying who holds a taken one.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** Whether a server could listen there now; the error code (EADDRINUSE, EACCES, EADDRNOTAVAIL …) when not. */
export function probePort(port: number, host = "127.0.0.1"): Promise<{ port: number } | { code: string }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? error.message }));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve({ port: typeof address === "object" && address ? address.port : port }));
    });
  });
}

/** A free loopback port: the preferred one if it is free, so that addresses stay the same from start to start. */
export async function freePort(preferred?: number): Promise<number> {
  for (const candidate of preferred ? [preferred, 0, 0, 0] : [0, 0, 0]) {
    const probe = await probePort(candidate);
    if ("port" in probe) return probe.port;
  }
  throw new Error("the system has no free loopback port");
}

/** The process that listens on a port, as "name (pid N)", where Linux's /proc tells; else null. */
export function portHolder(port: number): string | null {
  const inodes = new Set<string>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readLines(file)) {
      const fields = line.trim().split(/\s+/);
      const isListener = fields[3] === "0A" && Number.parseInt(fields[1]?.split(":")[1] ?? "", 16) === port;
      if (isListener && fields[9]) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of listDir("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of listDir(`/proc/${pid}/fd`)) {
      if (inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)))
        return `${readLines(`/proc/${pid}/comm`)[0] ?? "?"} (pid ${pid})`;
    }
  }
  return null;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

function listDir(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
