/** SIGTERM: Next stops listening and ends once no connection is left; this sees to it that none is. */
import { subscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { Log } from "@djinnbot/config";

/** Whatever still hangs on then is cut off: the process must be gone before whoever stops it loses patience. */
const limitMs = 10_000;
/** A client that asks again at once on its connection hears that it should connect elsewhere, which is better than a reset. */
const idleMs = 500;

/** Calls `close` at the first SIGTERM; from then on every answer is the last of its connection, and in 10 s the process is gone. */
export function endOnTerm({ log, close }: { log: Log; close: () => Promise<unknown> }): void {
  process.once("SIGTERM", () => {
    // Next makes the server and does not give it away; Node tells who serves a request.
    subscribe("http.server.request.start", (message) => {
      (message as { response: ServerResponse }).response.setHeader("connection", "close");
    });
    subscribe("http.server.response.finish", (message) => {
      const { server } = message as { server: Server };
      // For answers that began before the signal and promised to keep their connection.
      setTimeout(() => server.closeIdleConnections(), idleMs).unref();
    });
    setTimeout(() => {
      log.warn({ after_ms: limitMs }, "requests that were still going on are broken off");
      process.exit(1);
    }, limitMs).unref();
    close().catch((error: Error) => log.warn({ err: error.message }, "closing what the process holds failed"));
  });
}
