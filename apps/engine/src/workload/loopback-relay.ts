/** Lets containers of a tenant's network reach services that listen on this machine's loopback address only. */
import { connect, createServer, type Server } from "node:net";
import type { Log } from "@djinnbot/config";

export interface LoopbackRelay {
  /**
   * Listens on `address` (the gateway of a container network) and passes connections on to the loopback address, same port.
   * Quiet when the port is taken: the service itself or another engine answers there. Tried again at every sweep.
   */
  open(address: string, port: number): Promise<void>;
  /** Takes over from an engine that is gone. */
  sweep(): Promise<void>;
}

/** True for a host name that means the machine itself. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

export function createLoopbackRelay(log: Log): LoopbackRelay {
  const wanted = new Map<string, { address: string; port: number; server: Server | null }>();

  const listen = (address: string, port: number) =>
    new Promise<Server | null>((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (incoming) => {
        const outgoing = connect({ host: "localhost", port, allowHalfOpen: true });
        incoming.on("error", () => outgoing.destroy());
        outgoing.on("error", () => incoming.destroy());
        incoming.on("close", () => outgoing.destroy());
        outgoing.on("close", () => incoming.destroy());
        incoming.pipe(outgoing).pipe(incoming);
      });
      server.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE") {
          log.warn({ err: error.message, address, port }, "containers cannot reach a local service");
        }
        resolve(null);
      });
      server.listen({ host: address, port }, () => resolve(server));
      // It serves as long as the engine lives, and does not keep it alive.
      server.unref();
    });

  const tryOpen = async (key: string) => {
    const entry = wanted.get(key);
    if (entry && entry.server === null) {
      entry.server = await listen(entry.address, entry.port);
    }
  };

  return {
    open: async (address, port) => {
      const key = `${address}:${port}`;
      if (!wanted.has(key)) {
        wanted.set(key, { address, port, server: null });
      }
      await tryOpen(key);
    },
    sweep: async () => {
      for (const key of wanted.keys()) {
        await tryOpen(key);
      }
    },
  };
}
