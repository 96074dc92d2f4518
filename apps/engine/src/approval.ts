/** Approval steps: the question is a row that people answer; the run waits without a workload meanwhile. */
import type { ApprovalStep } from "@djinnbot/contracts";
import { renderTemplate } from "@djinnbot/core/pipeline-language";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "./clock.ts";
import type { StepOutcome } from "./decide.ts";
import type { OpenGate, Settled } from "./gate.ts";
import { type HeldRun, type OpenStep, told } from "./held-run.ts";
import type { Wanted } from "./next-step.ts";
import { waitPark } from "./park.ts";
import { variablesOf } from "./prepare-step.ts";
import type { Resources } from "./resources.ts";
import { cleanText } from "./text.ts";

const maxMessage = 20_000;

export function openApproval(
  run: HeldRun,
  { definition, open, wanted }: { definition: ApprovalStep; open: OpenStep; wanted: Wanted },
): OpenGate {
  const { message, who = [], timeoutSeconds } = definition.approval;
  const { text } = renderTemplate(message ?? definition.description ?? "", variablesOf(run, wanted));
  const question = cleanText(text, maxMessage).trim() || `May the run go on after ${definition.id}?`;
  const askedAt = now();
  const expiresAt = timeoutSeconds === undefined ? null : askedAt + timeoutSeconds * 1000;
  const insert: Statement = {
    text: `INSERT INTO approvals (id, run_id, step_id, attempt, message, who, created_at, expires_at)
     SELECT $3, id, $4, $5, $6, $7::jsonb, $8, $9 FROM runs WHERE id = $1 AND lease_epoch = $2`,
    values: [
      run.runId,
      run.epoch,
      open.id,
      open.stepId,
      open.attempt,
      question,
      JSON.stringify(who),
      askedAt,
      expiresAt,
    ],
  };
  const { park, message: waiting } = waitPark(run, { wakeAt: expiresAt, also: [insert] });
  const { stepId, attempt, id: approvalId } = open;
  const asked = { runId: run.runId, stepId, attempt, approvalId, message: question, expiresAt };
  return { park, messages: [told(run, { type: "APPROVAL_REQUESTED", ...asked }), waiting] };
}

interface Row {
  status: string;
  comment: string | null;
  decidedByName: string | null;
  expiresAt: number | null;
}

export async function settleApproval(
  resources: Resources,
  run: HeldRun,
  { definition, step }: { definition: ApprovalStep; step: OpenStep },
): Promise<Settled> {
  const [[row] = []] = await tenantPipeline(resources.deps.db, run.tenantId, [
    {
      text: `SELECT status, comment, decided_by_name AS "decidedByName", expires_at AS "expiresAt" FROM approvals WHERE id = $1`,
      values: [step.id],
    },
  ]);
  const asked = row as Row | undefined;
  if (asked?.status === "approved" || asked?.status === "rejected") {
    return { ...answered(definition, asked), also: [], messages: [] };
  }
  const { expiresAt = null } = asked ?? {};
  if (asked && (expiresAt === null || expiresAt > now())) {
    const { park, message } = waitPark(run, { wakeAt: expiresAt, also: [] });
    return { park, messages: [message] };
  }
  return expired(run, { definition, step });
}

function answered(definition: ApprovalStep, row: Row): { outcome: StepOutcome; handOver: string | null } {
  const approved = row.status === "approved";
  const [comment, by] = [row.comment ?? "", row.decidedByName ?? "somebody"];
  const verb = approved ? "approved" : "rejected";
  const handOver = comment === "" ? null : `${by} ${verb} step ${definition.id} and says: ${comment}`;
  const outputs = { decision: approved ? "APPROVED" : "REJECTED", comment, decided_by: by };
  if (approved || accepts(definition, "REJECTED")) {
    return { outcome: { kind: "completed", outputs, summary: handOver, commitHash: null }, handOver };
  }
  const message = `${by} rejected it${comment === "" ? "." : `: ${comment}`}`;
  return { outcome: { kind: "failed", code: "APPROVAL_REJECTED", message }, handOver: null };
}

const accepts = (definition: ApprovalStep, result: string) =>
  Object.keys(definition.onResult ?? {}).some((key) => key.trim().toUpperCase() === result);

function expired(run: HeldRun, { definition, step }: { definition: ApprovalStep; step: OpenStep }): Settled {
  const also: Statement[] = [
    {
      text: `UPDATE approvals SET status = 'expired', decided_at = $4 WHERE id = $3 AND status = 'pending'
       AND EXISTS (SELECT 1 FROM runs WHERE id = $1 AND lease_epoch = $2)`,
      values: [run.runId, run.epoch, step.id, now()],
    },
  ];
  const { stepId, attempt, id: approvalId } = step;
  const end = { runId: run.runId, stepId, attempt, approvalId, status: "expired" as const };
  const messages = [told(run, { type: "APPROVAL_DECIDED", ...end, comment: null, decidedBy: null })];
  const onTimeout = definition.approval.onTimeout ?? "fail";
  if (onTimeout === "fail") {
    const message = `Nobody decided within ${definition.approval.timeoutSeconds ?? 0} s.`;
    return { outcome: { kind: "failed", code: "APPROVAL_TIMEOUT", message }, handOver: null, also, messages };
  }
  const status = onTimeout === "approve" ? "approved" : "rejected";
  const row = { status, comment: null, decidedByName: "the timeout", expiresAt: null };
  return { ...answered(definition, row), also, messages };
}
