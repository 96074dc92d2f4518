/** Questions to people, and their answers; a question has the id of the execution that asks it. */
import type { Deps } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import type { RunKey } from "./claim.ts";

/** Goes with a transition. */
export function insertApproval(question: {
  id: string;
  runId: string;
  stepId: string;
  attempt: number;
  message: string;
  who: readonly string[];
  askedAt: number;
  expiresAt: number | null;
}): Statement {
  const { id, runId, stepId, attempt, message, who, askedAt, expiresAt } = question;
  return {
    text: `INSERT INTO approvals (id, run_id, step_id, attempt, message, who, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)`,
    values: [id, runId, stepId, attempt, message, JSON.stringify(who), askedAt, expiresAt],
  };
}

/** Goes with a transition. */
export function expireApproval(id: string): Statement {
  return {
    text: "UPDATE approvals SET status = 'expired', decided_at = $2 WHERE id = $1 AND status = 'pending'",
    values: [id, now()],
  };
}

export interface ApprovalRow {
  status: string;
  comment: string | null;
  decidedByName: string | null;
  expiresAt: number | null;
}

export async function readApproval(
  deps: Pick<Deps, "db">,
  { tenantId }: RunKey,
  id: string,
): Promise<ApprovalRow | undefined> {
  const text = `SELECT status, comment, decided_by_name AS "decidedByName", expires_at AS "expiresAt" FROM approvals WHERE id = $1`;
  const [[row] = []] = await tenantPipeline(deps.db, tenantId, [{ text, values: [id] }]);
  return row as ApprovalRow | undefined;
}
