/**
 * What must hold after any fault (DESIGN 8, G1, G2, G6), read from Postgres, the model server's log and the repositories; what is left
 * over also from Redis and the process table. Knows nothing of what a test did.
 */
import { execFile } from "node:child_process";
import { isDeepStrictEqual, promisify } from "node:util";
import { terminalRunStatuses } from "@djinnbot/contracts";
import type { Platform } from "./platform.ts";
import { workloads } from "./watch.ts";

interface Expected {
  tenantIds: readonly string[];
  /** Executions of every run in their order, `STEP#attempt status`; a run that ended otherwise is a violation. */
  steps: readonly string[];
  /** Also true of the model when nothing but engines had a fault: it was asked nothing twice. */
  noCallTwice?: boolean;
}

interface RunRow {
  id: string;
  status: string;
  ended: boolean;
  steps: string[];
  open: number;
  unsaid: number;
  /** Where its branch belongs; null for a run without a repository, and for a part of another run. */
  repository: string | null;
  commit: string | null;
}

/** One line for each thing that is wrong; none when all is well. */
export async function violations(platform: Platform, expected: Expected): Promise<string[]> {
  const { pool } = platform.deps.system;
  const { rows } = await pool.query<RunRow>(
    `SELECT r.id, r.status, r.completed_at IS NOT NULL AS ended,
       ARRAY(SELECT s.step_id || '#' || s.attempt || ' ' || s.status FROM steps s WHERE s.run_id = r.id ORDER BY s.sequence) AS steps,
       (SELECT count(*)::int FROM steps s WHERE s.run_id = r.id AND s.completed_at IS NULL) AS open,
       (SELECT count(*)::int FROM steps s, jsonb_each_text(s.outputs) kv WHERE s.run_id = r.id AND s.status = 'completed'
          AND NOT EXISTS (SELECT 1 FROM outputs o WHERE o.run_id = r.id AND o.key = kv.key)) AS unsaid,
       CASE WHEN r.parent_run_id IS NULL THEN r.repository END AS repository,
       (SELECT s.commit_hash FROM steps s WHERE s.run_id = r.id AND s.commit_hash IS NOT NULL ORDER BY s.sequence DESC LIMIT 1) AS commit
     FROM runs r WHERE r.tenant_id = ANY($1) ORDER BY r.created_at`,
    [expected.tenantIds],
  );
  const found = rows.flatMap((run) => violationsOf(run, expected.steps));
  const unpushed = await Promise.all(rows.map(branchOf));
  return [
    ...(rows.length === 0 ? ["there is no run"] : []),
    ...found,
    ...unpushed.flat(),
    ...(expected.noCallTwice ? asked(platform) : []),
  ];
}

function violationsOf(run: RunRow, steps: readonly string[]): string[] {
  const wrong: [boolean, string][] = [
    [
      !(terminalRunStatuses as readonly string[]).includes(run.status) || !run.ended,
      `is ${run.status}, not at its end`,
    ],
    [!isDeepStrictEqual(run.steps, steps), `did ${run.steps.join(", ")}`],
    [run.open > 0, `has ${run.open} executions without an end`],
    [run.unsaid > 0, `lost ${run.unsaid} outputs`],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [`${run.id} ${what}`] : []));
}

/** The work of a run that is over is in the repository it came from. */
async function branchOf({ id, status, repository, commit }: RunRow): Promise<string[]> {
  if (repository === null || commit === null || status === "cancelled") {
    return [];
  }
  const ref = `refs/heads/run/${id}`;
  const args = ["-C", repository, "for-each-ref", "--format=%(objectname)", ref];
  const { stdout } = await promisify(execFile)("git", args);
  return stdout.trim() === commit
    ? []
    : [`${id} left ${stdout.trim() || "no branch"} in its repository, not ${commit}`];
}

function asked(platform: Platform): string[] {
  const times = new Map<string, number>();
  for (const { prompt, step, attempt, turn } of platform.demo.requests) {
    const call = `${step}#${attempt} turn ${turn} of prompt ${prompt}`;
    times.set(call, (times.get(call) ?? 0) + 1);
  }
  return [...times].flatMap(([call, count]) => (count > 1 ? [`the model was asked ${count} times for ${call}`] : []));
}

/** Everything that should be gone a minute after the last run: processes, sessions, keys, leases, Redis users, untold messages. */
export async function leftovers(platform: Platform): Promise<string[]> {
  const { redis, system } = platform.deps;
  const { rows } = await system.pool.query<{ what: string }>(
    `SELECT 'session ' || id AS what FROM sessions WHERE status IN ('starting', 'running')
     UNION ALL SELECT 'key of ' || run_id FROM api_keys WHERE run_id IS NOT NULL
     UNION ALL SELECT 'message ' || id FROM outbox`,
  );
  const [leases, users] = await Promise.all([
    redis.keys("djinnbot:lock:run:*"),
    redis.acl("LIST") as Promise<string[]>,
  ]);
  return [
    ...workloads(platform).map((line) => `process ${line.slice(0, 200)}`),
    ...rows.map(({ what }) => what),
    ...leases.map((key) => `lease ${key}`),
    ...users.filter((line) => line.startsWith("user djinnbot-")).map((line) => line.split(" ")[1] ?? ""),
  ];
}
