/**
 * The fence: only the engine that holds a run changes it. A transaction about a held run begins with one statement that compares the
 * run's epoch and locks its row; when the run is lost it fails, and everything after it in the transaction fails with it. What goes
 * with it needs no condition of its own, and so cannot forget one.
 */
import type { Deps } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { LostRun } from "../lib/errors.ts";
import type { HeldKey } from "./claim.ts";

/** A column that makes the statement fail with the error that `isLost` knows. */
export const failWhenLost = (condition: string) => `sqrt(CASE WHEN ${condition} THEN -1 ELSE 1 END) AS fenced`;

/** Nothing else of ours takes a square root. */
export function isLost(error: unknown): boolean {
  return (error as { code?: unknown }).code === "2201F";
}

/** A statement of its own, so that those after it see what was committed before the lock was had. */
const holdText = `WITH held AS (SELECT 1 FROM runs WHERE id = $1 AND lease_epoch = $2 FOR NO KEY UPDATE)
  SELECT ${failWhenLost("NOT EXISTS (SELECT 1 FROM held)")}`;

/** Statements about a held run besides its transitions, all or none, in one round trip. Throws LostRun. */
export async function heldPipeline(deps: Pick<Deps, "db">, run: HeldKey, statements: readonly Statement[]) {
  const hold: Statement = { name: "engine-hold-run", text: holdText, values: [run.runId, run.epoch] };
  try {
    const [, ...answers] = await tenantPipeline(deps.db, run.tenantId, [hold, ...statements]);
    return answers;
  } catch (error) {
    throw isLost(error) ? new LostRun(run.runId) : error;
  }
}
