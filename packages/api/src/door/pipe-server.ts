/** A server that passes every connection on, byte for byte. */
import { createServer, type Server, type Socket } from "node:net";

/** `open` makes the connection to pass on to. */
export function pipeServer(open: () => Socket): Server & { endAll(): void } {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = open();
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  const endAll = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  return Object.assign(server, { endAll });
}
