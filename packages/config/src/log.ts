/** One JSON logger; every line carries service, instance, and where known tenant and request. */
import { pino } from "pino";

export type Log = Pick<import("pino").Logger, "debug" | "info" | "warn" | "error" | "fatal"> & {
  child(bindings: Record<string, unknown>): Log;
};

/** Values under these keys never reach a log line, at any of the first three levels. */
const secretKeys = [
  "authorization",
  "cookie",
  "password",
  "newPassword",
  "currentPassword",
  "apiKey",
  "api_key",
  "token",
  "accessToken",
  "refreshToken",
  "key",
  "secret",
];
const redact = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** Creates the logger of a process. `instance` tells replicas apart. */
export function createLog(options: { service: string; instance: string; level: string }): Log {
  return pino({
    level: options.level,
    base: { service_name: options.service, instance_id: options.instance },
    messageKey: "message",
    timestamp: () => `,"time":${Date.now()}`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redact, censor: "[hidden]" },
  });
}
