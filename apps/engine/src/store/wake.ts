/** Runs that wait: for a person, or for its children. What they wait for makes them pending again. */
import { runRequestId, terminalRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { type OutboxMessage, outboxMessage, publishOutbox } from "@djinnbot/core/outbox";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import type { RunKey } from "./claim.ts";
import { sqlList } from "./sql-list.ts";

const over = sqlList(terminalRunStatuses);

/** A child has ended: its parent looks whether it was the one it waited for. */
export async function wakeRun(deps: Deps, key: RunKey): Promise<void> {
  const message = resumed(key);
  const [rows = []] = await tenantPipeline(deps.db, key.tenantId, [
    {
      text: `WITH woken AS (
         UPDATE runs SET status = 'pending', wake_at = NULL, updated_at = $2 WHERE id = $1 AND status = 'waiting' RETURNING id
       ), enqueued AS (
         INSERT INTO outbox (id, streams, run_id, message, created_at) SELECT $3, $4, id, $5::jsonb, $2 FROM woken
       ) SELECT id FROM woken`,
      values: [key.runId, now(), message.id, message.streams, JSON.stringify(message.message)],
    },
  ]);
  if (rows.length > 0) {
    await publishOutbox(deps, [message]);
  }
}

function resumed({ tenantId, runId }: RunKey): OutboxMessage {
  const source = { tenantId, requestId: runRequestId(runId) };
  return outboxMessage(source, ["global"], { type: "RUN_RESUME_REQUESTED", runId });
}

/**
 * Runs whose time to wait is over, and those whose children have all ended although nobody said so (a crash in between). They become
 * pending, and are started in fair order like any other.
 */
export async function wakeDue(deps: Deps): Promise<void> {
  await deps.system.pool.query(
    `UPDATE runs SET status = 'pending', wake_at = NULL, updated_at = $1
     WHERE status = 'waiting' AND (wake_at <= $1 OR (
       EXISTS (SELECT 1 FROM steps s WHERE s.tenant_id = runs.tenant_id AND s.run_id = runs.id AND s.status = 'waiting' AND s.kind IN ('parallel', 'agent'))
       AND NOT EXISTS (SELECT 1 FROM runs b WHERE b.tenant_id = runs.tenant_id AND b.parent_run_id = runs.id AND b.status NOT IN ${over})))`,
    [now()],
  );
}

/** In the transaction that makes a run wait: it does not, when more children of its step have ended than it knows of. */
export function unlessEnded(runId: string, options: { parentStep: string; known: number }): Statement {
  return {
    text: `UPDATE runs SET status = 'pending' WHERE id = $1 AND status = 'waiting'
       AND (SELECT count(*) FROM runs b WHERE b.parent_run_id = $1 AND b.parent_step = $2 AND b.status IN ${over}) > $3`,
    values: [runId, options.parentStep, options.known],
  };
}
