/** How a workload's process says what it is: one argument that every engine on the machine can read, also without Redis. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";

export interface ProcessLabel {
  /** Tells the workloads of this installation from those of another one on the same machine. */
  installation: string;
  name: string;
  tenantId: string;
  runId: string;
  sessionId: string;
  /** Epoch ms. */
  startedAt: number;
  /** Home directory: no other workload has the same, so what runs with it belongs here. */
  home: string;
}

const prefix = "--workload=";
const pattern = /^--workload=([0-9a-f]{12}),([0-9a-z-]{1,63}),(ten_\w+),(run_\w+),(ses_\w+),(\d{1,15}),(\/.*)$/s;

/** The same for every engine of an installation, different for any other one, and it gives away nothing. */
export function installationId(options: { dataDir: string; secret: string }): string {
  const mark = `workloads\0${options.secret}\0${resolve(options.dataDir)}`;
  return createHash("sha256").update(mark).digest("hex").slice(0, 12);
}

export function formatLabel(label: ProcessLabel): string {
  const { installation, name, tenantId, runId, sessionId, startedAt, home } = label;
  return prefix + [installation, name, tenantId, runId, sessionId, startedAt, home].join(",");
}

/** The label among a process's arguments, or null. */
export function parseLabel(argv: readonly string[]): ProcessLabel | null {
  const match = argv.map((arg) => pattern.exec(arg)).find((found) => found !== null);
  if (!match) {
    return null;
  }
  const [, installation = "", name = "", tenantId = "", runId = "", sessionId = "", startedAt = "", home = ""] = match;
  return { installation, name, tenantId, runId, sessionId, startedAt: Number(startedAt), home };
}
