// A Docker engine for tests: the one that answers, or a private one started for the occasion.
import { existsSync, mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { obtainDebianProgram } from "./debian.ts";
import { isRoot, type Log, run, startDaemon, tailOf, which } from "./process.ts";

export type DockerEngine = { socket: string; isPrivate: boolean; stop(): Promise<void> } | { skip: string };

/** The socket of DOCKER_HOST (or the default one) when an engine answers there, else null. */
export async function findDockerSocket(dockerHost = process.env.DOCKER_HOST): Promise<string | null> {
  const socket = dockerHost?.startsWith("unix://") ? dockerHost.slice("unix://".length) : "/var/run/docker.sock";
  return existsSync(socket) && (await answers(socket)) ? socket : null;
}

/** Finds or starts an engine. A private one has its own socket, data and pid file below `dir`. */
export async function ensureDockerd({
  dir,
  toolsDir,
  log,
}: {
  dir: string;
  toolsDir: string;
  log: Log;
}): Promise<DockerEngine> {
  const existing = await findDockerSocket();
  if (existing) return { socket: existing, isPrivate: false, stop: async () => undefined };
  if (process.platform !== "linux")
    return { skip: "no Docker engine answers; start Docker Desktop to run these tests" };
  if (!isRoot) return { skip: "no Docker engine answers, and only root can start one" };
  for (const [binary, name] of [
    ["dockerd", "docker.io"],
    ["iptables", "iptables"],
  ] as const) {
    if (which(binary)) continue;
    const got = await obtainDebianProgram({ packages: [name], binary, toolsDir, log });
    if ("reason" in got) return { skip: `${binary} is missing and could not be installed: ${got.reason}` };
  }
  return startPrivate(dir);
}

async function startPrivate(dir: string): Promise<DockerEngine> {
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const socket = join(dir, "docker.sock");
  const logFile = join(dir, "dockerd.log");
  const daemon = startDaemon({
    command: which("dockerd") ?? "dockerd",
    args: [
      ...["--host", `unix://${socket}`, "--data-root", join(dir, "data"), "--exec-root", join(dir, "exec")],
      // No default bridge: it would collide with the machine's own docker0. Networks made by tests are unaffected.
      ...["--pidfile", join(dir, "dockerd.pid"), "--bridge", "none", "--group", "root"],
      // Docker has addresses for thirty networks; a test run that is killed leaves its own in the kernel, and a few of those use them up.
      ...["--default-address-pool", "base=10.213.0.0/16,size=26"],
    ],
    logFile,
    deathSignal: "TERM",
  });
  const stop = async () => {
    // An engine leaves its containers' bridges behind in the kernel unless they are removed first.
    if (!daemon.hasExited()) await removeAll(socket).catch(() => undefined);
    await daemon.stop("SIGTERM", 30_000);
    await run("umount", ["-R", join(dir, "data")]);
  };
  for (const until = Date.now() + 60_000; Date.now() < until && !daemon.hasExited(); await sleep(100)) {
    if (existsSync(socket) && (await answers(socket))) return { socket, isPrivate: true, stop };
  }
  await stop();
  return { skip: `a private dockerd did not start: ${tailOf(logFile, 3).join(" ")}` };
}

async function removeAll(socket: string): Promise<void> {
  const containers = z
    .array(z.object({ Id: z.string() }))
    .parse(JSON.parse((await call(socket, "GET", "/containers/json?all=1")).body));
  for (const { Id } of containers) await call(socket, "DELETE", `/containers/${Id}?force=1`);
  await call(socket, "POST", "/networks/prune");
}

function answers(socket: string): Promise<boolean> {
  return call(socket, "GET", "/_ping").then(
    ({ status }) => status === 200,
    () => false,
  );
}

function call(socketPath: string, method: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method, timeout: 20_000 }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error("the engine did not answer in time")));
    outgoing.end();
  });
}
