"use client";
import { toDjinnError } from "@djinnbot/client";
import { ErrorState } from "@djinnbot/ui";
import { useRouter } from "next/navigation";
import { explainFault } from "./explain-fault.ts";

type FaultStateProps = {
  /** What failed: "The agents could not be loaded". */
  title: string;
  error: unknown;
  onRetry?: () => void;
  retrying?: boolean;
  compact?: boolean;
  className?: string;
};

/** A failed call where its result would stand: what the server said, what to do, the request id. */
export function FaultState({ title, error, onRetry, retrying, compact, className }: FaultStateProps) {
  const router = useRouter();
  const fault = toDjinnError(error);
  const { why, fix } = explainFault(fault);
  const retry = onRetry ?? (() => router.refresh());
  return (
    <ErrorState
      title={title}
      why={why}
      fix={fix}
      requestId={fault.requestId}
      {...(fault.code === "NOT_FOUND" || fault.code === "FORBIDDEN" ? {} : { onRetry: retry })}
      {...(retrying === undefined ? {} : { retrying })}
      {...(compact === undefined ? {} : { compact })}
      {...(className === undefined ? {} : { className })}
    />
  );
}
