"use client";
import { Progress as Radix } from "radix-ui";
import { cn } from "./cn.ts";
import { formatCount } from "./format.ts";

const TONES = {
  neutral: "bg-faint",
  accent: "bg-accent-text",
  ok: "bg-ok",
  warn: "bg-warn",
  danger: "bg-danger",
  info: "bg-info",
};

export type ProgressProps = {
  value: number;
  max: number;
  label: string;
  tone?: keyof typeof TONES;
  showCount?: boolean;
  indeterminate?: boolean;
  className?: string;
};

/** How far something is: a bar, and the count in words beside it. */
export function Progress(props: ProgressProps) {
  const { value, max, label, tone = "accent", showCount = true, indeterminate, className } = props;
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div className={cn("flex items-center gap-3", className)}>
      <Radix.Root
        value={indeterminate ? null : share * 100}
        aria-label={label}
        className="h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-hover"
      >
        <Radix.Indicator
          className={cn(
            "block h-full rounded-full transition-[width]",
            TONES[tone],
            indeterminate && "w-1/3 animate-pulse",
          )}
          style={indeterminate ? undefined : { width: `${share * 100}%` }}
        />
      </Radix.Root>
      {showCount && !indeterminate ? (
        <span className="text-xs whitespace-nowrap text-muted">
          {formatCount(value)} of {formatCount(max)}
        </span>
      ) : null}
    </div>
  );
}
