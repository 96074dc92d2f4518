/** Faults of servers and lines that pass by themselves: a restart, a failover, a full disk, a name that cannot be looked up now. */
import { Fault } from "@djinnbot/contracts";

const passingCodes = new Set([
  // Node: connections and names.
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"],
  // Postgres: shutting down, starting up, too many connections, conflicts, out of disk or memory, read-only during a failover.
  ...["57P01", "57P02", "57P03", "53300", "40001", "40P01", "53100", "53200", "25006", "55P03"],
  // Prisma: no connection, none free, none in time.
  ...["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"],
]);
const passingText =
  /connection (is closed|terminated|ended)|max retries|timed? ?out|timeout|LOADING|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|^OOM |^BUSY |EXECABORT|starting up|shutting down|not queryable|closed the connection|enableOfflineQueue|DatabaseNotReachable|SocketTimeout|ConnectionClosed/i;
/** How deep causes are followed. */
const maxDepth = 5;

/** What callers hear of such a fault; null for any other error. */
export function passingFault(error: unknown): Fault | null {
  return isPassing(error)
    ? new Fault("UNAVAILABLE", "The database or the message server does not answer now. Try again in a moment.", {
        retryAfterSec: 2,
        cause: error,
      })
    : null;
}

/** True when the same may succeed a little later, without anybody mending anything here. */
export function isPassing(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > maxDepth) {
    return false;
  }
  const { code, name, message, cause, meta } = error as Record<string, unknown>;
  return (
    (typeof code === "string" && (passingCodes.has(code) || code.startsWith("08"))) ||
    name === "MaxRetriesPerRequestError" ||
    (typeof message === "string" && passingText.test(message)) ||
    isPassing(cause, depth + 1) ||
    // Prisma keeps the driver's error here.
    isPassing((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError, depth + 1)
  );
}
