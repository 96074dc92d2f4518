/** The way out of a workload that has no network of its own: ports of its own loopback lead to the sockets of its door. */
import { connect, createServer } from "node:net";
import { doorPaths, type Log } from "@djinnbot/config";
import type { RuntimeEnv } from "./env.ts";

/** Nobody else is in this network: the numbers only have to be ones that agents' own servers do not take. */
const ports = { api: 39_011, proxy: 39_012 };

export interface WayOut {
  apiUrl: string;
  /** Socket of Redis; left out where the workload reaches it by its address. */
  redisPath?: string;
  /** Proxy for what the agent's programs want outside; left out where they have a network. */
  proxyUrl?: string;
}

/** Opens the ports, where there is a door; else everything is reached directly. */
export function openWayOut(env: RuntimeEnv, log: Log): WayOut {
  if (env.DOOR_DIR === undefined) {
    return { apiUrl: env.API_URL };
  }
  const sockets = doorPaths(env.DOOR_DIR);
  forward(ports.api, sockets.api, log);
  forward(ports.proxy, sockets.proxy, log);
  return {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    redisPath: sockets.redis,
    proxyUrl: `http://${env.PROXY_LOGIN ?? ""}@127.0.0.1:${ports.proxy}`,
  };
}

function forward(port: number, path: string, log: Log): void {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ path, allowHalfOpen: true });
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
    incoming.on("close", () => outgoing.destroy());
    outgoing.on("close", () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.on("error", (error) => log.error({ err: error.message, port }, "the way out could not be opened"));
  server.listen({ port, host: "127.0.0.1" });
}
