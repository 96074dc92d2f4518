/** A unix socket that one of several processes of a machine serves: who finds nobody there takes it, also after a crash. */
import { chmod, mkdir, rm } from "node:fs/promises";
import type { Server } from "node:net";
import { dirname } from "node:path";
import type { Log } from "@djinnbot/config";
import { isServed } from "@djinnbot/core";

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
export async function holdSocket(server: Server, path: string, log: Log): Promise<HeldSocket> {
  server.maxConnections = maxConnections;
  let failing = false;
  const take = async () => {
    if (await isServed(path)) {
      return;
    }
    if (server.listening) {
      // Somebody took the file away; who is connected stays so.
      await stopListening(server);
    }
    // The folder, too, may have been taken away.
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await rm(path, { force: true });
    await listen(server, path);
    failing = false;
  };
  await take();
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = take().catch((error: Error) => {
      if (!failing) {
        log.error({ err: error.message, path }, "a socket of the workloads cannot be served; trying again");
      }
      failing = true;
    });
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
    const settle = (done: () => void) => {
      server.off("error", failed).off("listening", listening);
      done();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const listening = () => settle(resolve);
    server.once("error", failed).once("listening", listening).listen(path);
  });
  // A workload's user is nobody in particular.
  await chmod(path, 0o666);
}
