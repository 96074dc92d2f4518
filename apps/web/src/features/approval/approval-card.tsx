"use client";
import type { ApprovalRequest } from "@djinnbot/contracts";
import { Card, CardBody, CardHeader, RelativeTime, StatusBadge, statusMeta, TextLink } from "@djinnbot/ui";
import { Hand } from "lucide-react";
import { Markdown } from "@/features/run/markdown.tsx";
import { DecisionForm } from "./decision-form.tsx";

type ApprovalCardProps = {
  approval: ApprovalRequest;
  /** The run's own page needs no link to itself. */
  inRun?: boolean;
  /** Answered by the viewer, just now. */
  mine?: boolean;
  onDecided?: ((decided: ApprovalRequest) => void) | undefined;
};

/** A question to people, who is asked, and the answer or the way to give it. */
export function ApprovalCard({ approval, inRun = false, mine = false, onDecided }: ApprovalCardProps) {
  const { status, runId, stepId, task, pipelineName, pipelineId } = approval;
  return (
    <Card>
      <CardHeader
        icon={<Hand aria-hidden className="text-warn" />}
        title={inRun ? `${stepId} waits for a decision` : firstLine(task)}
        description={inRun ? undefined : `${pipelineName ?? pipelineId} · ${stepId}`}
        actions={status === "pending" ? <Asked approval={approval} /> : <StatusBadge status={status} />}
      />
      <CardBody className="flex flex-col gap-4">
        <Markdown text={approval.message} streaming={false} className="prose-width text-sm" />
        {status === "pending" ? (
          <Pending approval={approval} onDecided={onDecided} />
        ) : (
          <Decided approval={approval} mine={mine} />
        )}
        {inRun ? null : (
          <TextLink href={`/runs/${runId}`} className="self-start text-sm">
            Open the run
          </TextLink>
        )}
      </CardBody>
    </Card>
  );
}

function Asked({ approval }: { approval: ApprovalRequest }) {
  return (
    <span className="text-xs text-muted">
      asked <RelativeTime at={approval.createdAt} />
    </span>
  );
}

function Pending({ approval, onDecided }: Pick<ApprovalCardProps, "approval" | "onDecided">) {
  const { who, expiresAt, mayDecide } = approval;
  return (
    <>
      {who.length === 0 && expiresAt === null ? null : (
        <p className="text-xs text-muted">
          {who.length === 0 ? null : <>For {who.join(", ")}. </>}
          {expiresAt === null ? null : (
            <>
              Closes <RelativeTime at={expiresAt} />.
            </>
          )}
        </p>
      )}
      {mayDecide ? (
        <DecisionForm approval={approval} onDecided={onDecided} />
      ) : (
        <p className="text-sm text-muted">You may read this question; others are asked to answer it.</p>
      )}
    </>
  );
}

function Decided({ approval, mine }: { approval: ApprovalRequest; mine: boolean }) {
  const { comment, decidedAt } = approval;
  return (
    <p className="text-sm text-muted" {...(mine ? { role: "status" } : {})}>
      {outcome(approval, mine)}
      {decidedAt === null ? null : (
        <>
          {" "}
          · <RelativeTime at={decidedAt} />
        </>
      )}
      {comment ? (
        <span dir="auto" className="mt-1 block wrap-anywhere whitespace-pre-wrap text-fg">
          {comment}
        </span>
      ) : null}
    </p>
  );
}

function outcome({ status, decidedByName }: ApprovalRequest, mine: boolean): string {
  if (status !== "approved" && status !== "rejected") {
    return status === "expired" ? "Nobody decided in time." : "Its run was cancelled or deleted.";
  }
  const who = mine ? "you" : (decidedByName ?? "somebody");
  return `${statusMeta(status).word} by ${who}`;
}

function firstLine(task: string): string {
  return task.trim().split("\n", 1)[0] ?? "";
}
