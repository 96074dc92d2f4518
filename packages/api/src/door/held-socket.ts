/** A unix socket that one of several processes of a machine serves: who finds nobody there takes it, also after a crash. */
import { chmod, rm } from "node:fs/promises";
import { connect, type Server } from "node:net";

export interface HeldSocket {
  close(): Promise<void>;
}

const lookEveryMs = 1000;
/** More are turned away: whatever workloads do, the process keeps descriptors for everybody else. */
const maxConnections = 8192;

/**
 * Listens on `path`, now or when the process that does so ends. Everybody on this machine may connect: what is behind asks who it is.
 * Rejects when it can neither listen nor reach somebody who does.
 */
export async function holdSocket(server: Server, path: string): Promise<HeldSocket> {
  server.maxConnections = maxConnections;
  const take = async () => {
    if (await isServed(path)) {
      return;
    }
    if (server.listening) {
      // Somebody took the file away; who is connected stays so.
      await stopListening(server);
    }
    await rm(path, { force: true });
    await listen(server, path);
  };
  await take();
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = take().catch(() => undefined);
  }, lookEveryMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await looking;
      await stopListening(server);
    },
  };
}

/** Node removes the socket's file with it. Not waited for: the connections that are left. */
async function stopListening(server: Server): Promise<void> {
  server.close();
  await new Promise((resolve) => setImmediate(resolve));
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // A workload's user is nobody in particular.
  await chmod(path, 0o666);
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => answer(true));
    // Somebody whose queue is full is there all the same.
    socket.once("error", ({ code }: NodeJS.ErrnoException) => answer(code !== "ENOENT" && code !== "ECONNREFUSED"));
  });
}
