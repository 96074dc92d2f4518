/** A line that can break the worst way: open, and silent. */
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  /** The given address, by way of the proxy. */
  url: string;
  /** From now on nothing passes on the connections that are open; new ones are sound. */
  hole(): void;
  close(): Promise<void>;
}

export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = Object.assign(new URL(target), { port: typeof address === "object" ? address?.port : "" });
  return {
    url: own.href,
    hole: () => {
      for (const socket of sockets) {
        socket.removeAllListeners("data").resume();
      }
    },
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
