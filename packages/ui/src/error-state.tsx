"use client";
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { CodeText } from "./code-text.tsx";

export type ErrorStateProps = {
  /** What failed: "The runs could not be loaded". */
  title: string;
  why?: ReactNode;
  fix?: ReactNode;
  onRetry?: () => void;
  retrying?: boolean;
  requestId?: string | null;
  actions?: ReactNode;
  compact?: boolean;
  className?: string;
};

/** A failure where it happened: what, why, what to do, retry, and the request id to copy. */
export function ErrorState(props: ErrorStateProps) {
  const { title, why, fix, onRetry, retrying, requestId, actions, compact, className } = props;
  return (
    <div
      role="alert"
      className={cn(
        "flex gap-3 rounded-lg border border-danger-line bg-danger-soft text-sm",
        compact ? "p-3" : "p-4",
        className,
      )}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="font-medium">{title}</p>
        {why === undefined ? null : <div className="text-muted wrap-anywhere">{why}</div>}
        {fix === undefined ? null : <div>{fix}</div>}
        {onRetry || actions || requestId ? (
          <div className="mt-2 flex flex-wrap items-center gap-2">
            {onRetry === undefined ? null : (
              <Button size="sm" onClick={onRetry} loading={retrying} icon={<RotateCw aria-hidden />}>
                Try again
              </Button>
            )}
            {actions}
            {requestId ? (
              <span className="inline-flex min-w-0 items-center gap-1.5 text-xs text-muted">
                Request <CodeText text={requestId} truncate />
              </span>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}
