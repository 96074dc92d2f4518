// Restate: its server as a process of its own with its default durability (log synced to disk), the handlers in another.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { freePort } from "../../scripts/services/port.ts";
import { startDaemon, tailOf } from "../../scripts/services/process.ts";
import { stopWithPart } from "../lib/attempt.ts";
import type { Bench } from "../lib/bench.ts";
import { startChild, until } from "../lib/child.ts";
import { peerVersion } from "../lib/package-version.ts";
import { contest, type DispatchCounts } from "./index.ts";
import { type PeerIn, type PeerOut, remoteRuns } from "./remote-runs.ts";

export async function measureRestate(bench: Bench, counts: DispatchCounts): Promise<void> {
  const { dir } = await bench.backends();
  const [ingress, admin, node, endpoint] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const base = join(dir, "restate");
  mkdirSync(base, { recursive: true });
  const logFile = join(base, "restate.log");
  const server = startDaemon({
    command: serverBinary(),
    args: [
      "--base-dir",
      join(base, "data"),
      "--node-name",
      "bench",
      "--no-logo",
      "--listen-mode",
      "tcp",
      "--bind-ip",
      "127.0.0.1",
    ],
    logFile,
    cwd: base,
    env: {
      PATH: process.env.PATH,
      RUST_LOG: "warn",
      DO_NOT_TRACK: "1",
      RESTATE_BIND_PORT: String(node),
      RESTATE_ADVERTISED_HOST: "127.0.0.1",
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
    },
  });
  const stop = () => server.stop("SIGTERM", 15_000);
  stopWithPart(stop);
  try {
    const isUp = async (url: string) => (await fetch(url).catch(() => null))?.ok ?? false;
    await until(
      async () => {
        if (server.hasExited()) throw new Error(`restate-server ended:\n${tailOf(logFile, 8).join("\n")}`);
        return (await isUp(`http://127.0.0.1:${admin}/health`)) && isUp(`http://127.0.0.1:${ingress}/restate/health`);
      },
      60_000,
      "the start of restate-server",
    );
    const child = startChild<PeerIn, PeerOut>({
      program: join(import.meta.dirname, "restate-process.ts"),
      input: { port: endpoint, ingressUrl: `http://127.0.0.1:${ingress}` },
    });
    try {
      await child.next((message): message is PeerOut & { kind: "ready" } => message.kind === "ready");
      await register(admin, endpoint);
      const subject = { kind: "peer", name: `Restate ${peerVersion("@restatedev/restate-server")}` } as const;
      await contest(bench, { subject, run: remoteRuns(child), pids: [child.pid, server.pid] }, counts);
    } finally {
      await child.stop();
    }
  } finally {
    await stop();
  }
}

async function register(admin: number, endpoint: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${endpoint}` }),
  });
  if (!response.ok) throw new Error(`Restate does not take the handlers: ${await response.text()}`);
}

/** The native server inside the npm package of this system. */
function serverBinary(): string {
  const require = createRequire(import.meta.url);
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}/package.json`;
  return join(require.resolve(name), "../bin/restate-server");
}
