/** SIGTERM: Next stops listening and ends once no connection is left; this sees to it that none is, and that workloads are served first. */
import { subscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { Log } from "@djinnbot/config";

/** Whatever still hangs on then is cut off: the process must be gone before whoever stops it loses patience. */
const limitMs = 10_000;
/** A client that asks again at once on its connection hears that it should connect elsewhere, which is better than a reset. */
const idleMs = 500;

/**
 * Calls `close` at the first SIGTERM; from then on every answer is the last of its connection. The process ends when that and the
 * requests under way are done, in 10 s at the latest. Next's own handler would end it without waiting for `close`: it must be left
 * out (NEXT_MANUAL_SIG_HANDLE).
 */
export function endOnTerm({ log, close }: { log: Log; close: () => Promise<unknown> }): void {
  let served: Server | undefined;
  // Next makes the server and does not give it away; Node tells who serves a request.
  subscribe("http.server.request.start", (message) => {
    ({ server: served } = message as { server: Server });
  });
  let ending = false;
  const end = () => {
    // Ctrl-C reaches this process itself, and through whoever started it.
    if (ending) {
      return;
    }
    ending = true;
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
    const closed = close().catch((error: Error) =>
      log.warn({ err: error.message }, "closing what the process holds failed"),
    );
    void Promise.all([closed, stopped(served)]).then(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

function stopped(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) {
      resolve();
    } else {
      server.close(() => resolve());
    }
  });
}
