"use client";
import type { ApprovalRequest } from "@djinnbot/contracts";
import { Button, Field, Textarea } from "@djinnbot/ui";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";

type DecisionFormProps = { approval: ApprovalRequest; onDecided?: ((decided: ApprovalRequest) => void) | undefined };

/** Approve or reject, with a comment that reaches the next step. */
export function DecisionForm({ approval, onDecided }: DecisionFormProps) {
  const [comment, setComment] = useState("");
  const utils = trpc.useUtils();
  const decide = trpc.approvals.decide.useMutation({
    onSuccess: (decided) => onDecided?.(decided),
    onSettled: () => {
      void utils.approvals.invalidate();
      void utils.runs.get.invalidate({ runId: approval.runId });
    },
  });
  const answer = (decision: "approve" | "reject") =>
    decide.mutate({ approvalId: approval.id, decision, comment: comment.trim() || null });
  const pending = decide.isPending ? decide.variables.decision : null;
  return (
    <div className="flex flex-col gap-3">
      <Field label="Comment" optional hint="Reaches the next step.">
        <Textarea
          autoGrow
          rows={2}
          maxLength={10_000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          icon={<Check aria-hidden />}
          loading={pending === "approve"}
          disabled={pending === "reject"}
          onClick={() => answer("approve")}
        >
          Approve
        </Button>
        <Button
          icon={<X aria-hidden />}
          loading={pending === "reject"}
          disabled={pending === "approve"}
          onClick={() => answer("reject")}
        >
          Reject
        </Button>
      </div>
      {decide.error ? (
        <FaultState
          compact
          title="The answer was not taken"
          error={decide.error}
          onRetry={() => answer(decide.variables.decision)}
        />
      ) : null}
    </div>
  );
}
