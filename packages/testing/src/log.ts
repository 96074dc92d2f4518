/** A log that keeps its lines, for tests of what operators read. */
import type { Log } from "@djinnbot/config";

export type LogLine = Record<string, unknown> & { level: string; message: string };

/** Appends every line to `lines`, with the bindings of the child that wrote it. */
export function keepLog(lines: LogLine[], bindings: Record<string, unknown> = {}): Log {
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ ...bindings, ...fields, level, message });
  const levels = ["debug", "info", "warn", "error", "fatal"].map((level) => [level, write(level)]);
  const child = (more: Record<string, unknown>) => keepLog(lines, { ...bindings, ...more });
  return { ...Object.fromEntries(levels), child } as Log;
}
