/** Approval steps: the question is a row that people answer; the run waits without a workload meanwhile. */
import type { ApprovalStep } from "@djinnbot/contracts";
import { renderTemplate } from "@djinnbot/core/pipeline-language";
import { variablesOf } from "../agent/prepare-step.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import type { OpenGate, Resolved, StepOutcome, Wanted } from "../held/outcome.ts";
import { waitPark } from "../held/park.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { cleanText } from "../lib/text.ts";
import { type ApprovalRow, expireApproval, insertApproval, readApproval } from "../store/approvals.ts";

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
  const { stepId, attempt, id: approvalId } = open;
  const asked = { runId: run.runId, stepId, attempt, message: question, expiresAt };
  const insert = insertApproval({ ...asked, id: approvalId, who, askedAt });
  const { park, message: waiting } = waitPark(run, { wakeAt: expiresAt, also: [insert] });
  return { park, messages: [runEvent(run, { type: "APPROVAL_REQUESTED", ...asked, approvalId }), waiting] };
}

export async function resolveApproval(
  resources: Resources,
  run: HeldRun,
  { definition, step }: { definition: ApprovalStep; step: OpenStep },
): Promise<Resolved> {
  const asked = await readApproval(resources.deps, run, step.id);
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

function answered(definition: ApprovalStep, row: ApprovalRow): { outcome: StepOutcome; handOver: string | null } {
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

function expired(run: HeldRun, { definition, step }: { definition: ApprovalStep; step: OpenStep }): Resolved {
  const also = [expireApproval(step.id)];
  const { stepId, attempt, id: approvalId } = step;
  const end = { runId: run.runId, stepId, attempt, approvalId, status: "expired" as const };
  const messages = [runEvent(run, { type: "APPROVAL_DECIDED", ...end, comment: null, decidedBy: null })];
  const onTimeout = definition.approval.onTimeout ?? "fail";
  if (onTimeout === "fail") {
    const message = `Nobody decided within ${definition.approval.timeoutSeconds ?? 0} s.`;
    return { outcome: { kind: "failed", code: "APPROVAL_TIMEOUT", message }, handOver: null, also, messages };
  }
  const status = onTimeout === "approve" ? "approved" : "rejected";
  const row = { status, comment: null, decidedByName: "the timeout", expiresAt: null };
  return { ...answered(definition, row), also, messages };
}
