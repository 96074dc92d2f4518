/** Looking at runs of a platform from outside: what Postgres, Redis and the process table say, read around every verb. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DjinnClient } from "@djinnbot/client";
import { type FailureCode, failures, type RunDetail, terminalRunStatuses } from "@djinnbot/contracts";
import { tenantKeys } from "@djinnbot/events";
import { expect } from "vitest";
import { type Platform, tail } from "./platform.ts";

/** A run of which nothing has changed for so long will not end. */
const stillMs = 120_000;
/** A workload gets two seconds to end after its run; the rest is for a busy machine. */
const tidyWithinMs = 15_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Command lines of the processes of this machine but the given ones. */
export function commandLines(except: ReadonlySet<string> = new Set()): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && !except.has(pid))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        return []; // gone meanwhile
      }
    });
}

/** Command lines of processes that work in this platform's folder, engines apart; of one run when it is named. */
export function workloads(platform: Platform, runId = ""): string[] {
  const engines = new Set(platform.engines.map(({ child }) => String(child.pid)));
  const place = join(platform.dataDir, "tenants");
  return commandLines(engines).filter((line) => line.includes(place) && line.includes(runId));
}

/** Waits until the run's status is one of `statuses`; throws with the engine's last words when the run stands still. */
export async function untilStatus(
  platform: Platform,
  runId: string,
  statuses: readonly string[],
  forMs = stillMs,
): Promise<void> {
  for (let [last, since] = ["", Date.now()]; ; ) {
    const text = "SELECT status, updated_at FROM runs WHERE id = $1";
    const { rows } = await platform.deps.system.pool.query(text, [runId]);
    if (statuses.includes(rows[0]?.status)) {
      return;
    }
    const now = JSON.stringify(rows[0]);
    if (now !== last) {
      [last, since] = [now, Date.now()];
    } else if (Date.now() - since > forMs) {
      throw new Error(`${runId} is ${rows[0]?.status}\n${platform.engines.map((engine) => tail(engine)).join("\n")}`);
    }
    await sleep(50);
  }
}

export interface Ended {
  detail: RunDetail;
  /** Everything that was told about the run, oldest first. */
  events: Record<string, unknown>[];
}

/**
 * Waits for the end of the run and checks what every end must leave: one terminal event, a failure with meaning and remedy when it
 * failed, no open step, no open session or key, no workload.
 */
export async function settled(
  platform: Platform,
  { client, runId, code }: { client: DjinnClient; runId: string; code: FailureCode | null },
): Promise<Ended> {
  await untilStatus(platform, runId, terminalRunStatuses);
  const detail = await client.api.runs.get.query({ runId });
  const log = () => platform.engines.map((engine) => tail(engine)).join("\n");
  expect(detail.failure?.code ?? null, `${detail.failure?.message}\n${log()}`).toBe(code);
  expect(detail.status).toBe(code === null ? "completed" : code === "CANCELLED" ? "cancelled" : "failed");
  if (code !== null) {
    expect(detail.failure).toMatchObject({ code, ...failures[code] });
    expect(detail.failure?.message).not.toBe("");
  }
  expect(detail.completedAt).not.toBeNull();
  expect(detail.steps.filter(({ status }) => !["completed", "failed", "cancelled"].includes(status))).toEqual([]);
  await becomes(async () => workloads(platform, runId), []);
  await becomes(() => leftovers(platform, runId), { sessions: 0, keys: 0 });
  const end = code === null ? "RUN_COMPLETE" : code === "CANCELLED" ? "RUN_CANCELLED" : "RUN_FAILED";
  await becomes(async () => ends(await runEvents(platform, detail)), [end]);
  return { detail, events: await runEvents(platform, detail) };
}

/** Reads until it is what is wanted. Unlike `expect.poll` it works in tests that run side by side. */
export async function becomes<T>(read: () => Promise<T>, wanted: T, withinMs = tidyWithinMs): Promise<void> {
  const until = Date.now() + withinMs;
  let seen = await read();
  while (!isDeepStrictEqual(seen, wanted) && Date.now() < until) {
    await sleep(50);
    seen = await read();
  }
  expect(seen).toEqual(wanted);
}

async function leftovers(platform: Platform, runId: string): Promise<{ sessions: number; keys: number }> {
  const { rows } = await platform.deps.system.pool.query(
    `SELECT (SELECT count(*)::int FROM sessions WHERE source_id = $1 AND status IN ('starting', 'running')) AS sessions,
            (SELECT count(*)::int FROM api_keys WHERE run_id = $1) AS keys`,
    [runId],
  );
  return rows[0];
}

/** The run's event stream. */
export async function runEvents(
  platform: Platform,
  run: { tenantId: string; id: string },
): Promise<Record<string, unknown>[]> {
  const entries = await platform.deps.redis.xrange(tenantKeys.runEvents(run.tenantId, run.id), "-", "+");
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? "{}"));
}

function ends(events: readonly Record<string, unknown>[]): unknown[] {
  return events.map(({ type }) => type).filter((type) => /^RUN_(COMPLETE|FAILED|CANCELLED)$/.test(String(type)));
}

/** Everything the platform has written down or told where a secret must not appear, as one text. */
export async function everythingTold(platform: Platform, { detail, events }: Ended): Promise<string> {
  const { pool } = platform.deps.system;
  const tables = [
    "llm_call_logs",
    "audit_log",
    "outbox",
    "session_events",
    "sessions",
    "steps",
    "runs",
    "budgets",
    "budget_reservations",
  ];
  const rows = await Promise.all(
    tables.map((table) => pool.query(`SELECT * FROM ${table} WHERE tenant_id = $1`, [detail.tenantId])),
  );
  const logs = platform.engines.map((engine) => readFileSync(engine.log, "utf8"));
  return JSON.stringify([detail, events, rows.map((result) => result.rows), logs]);
}

/** A pipeline of steps in a line; `{agent}` or `{agent, outputs, ...}` each. */
export function lineOf(id: string, steps: { agent: string; outputs?: string[]; maxRetries?: number }[]): string {
  const agents = [...new Set(steps.map(({ agent }) => agent))];
  const name = (index: number) => `STEP${index + 1}`;
  const document = {
    id,
    name: id,
    version: "1.0",
    agents: agents.map((agent) => ({ id: agent })),
    steps: steps.map(({ outputs = ["result"], maxRetries = 0, agent }, index) => ({
      id: name(index),
      agent,
      input: "{{task_description}}",
      outputs: outputs.map((key) => (steps.length > 1 ? `${key}_${index + 1}` : key)),
      maxRetries,
      ...(index + 1 < steps.length ? { onComplete: name(index + 1) } : {}),
    })),
  };
  return JSON.stringify(document, null, 2);
}
