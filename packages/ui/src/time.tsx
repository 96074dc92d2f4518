"use client";
import { cn } from "./cn.ts";
import { formatDateTime, formatDuration, formatRelative } from "./format.ts";
import { useNow } from "./use-now.ts";

export type RelativeTimeProps = { at: number | null | undefined; fallback?: string; className?: string };

/** An instant (epoch ms) as its distance from now, exact on hover. The server renders the UTC time, the browser its own. */
export function RelativeTime({ at, fallback = "–", className }: RelativeTimeProps) {
  const now = useNow(10_000);
  if (at === null || at === undefined) {
    return <span className={cn("text-faint", className)}>{fallback}</span>;
  }
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={now === null ? iso : formatDateTime(at)} className={cn("whitespace-nowrap", className)}>
      {now === null ? iso.slice(0, 16).replace("T", " ") : formatRelative(at, Math.max(now, 0))}
    </time>
  );
}

export type DurationProps = {
  /** A length in milliseconds; or give `from` (epoch ms), which ticks until `to` is there. */
  ms?: number | null;
  from?: number | null;
  to?: number | null;
  className?: string;
};

/** A length of time; ticks once a second while it has a beginning and no end. */
export function Duration({ ms, from, to, className }: DurationProps) {
  const ticking = ms === undefined && typeof from === "number" && typeof to !== "number";
  const now = useNow(ticking ? 1_000 : null);
  const length = ms ?? lengthOf({ from, to, now });
  const text =
    ticking && length !== null
      ? formatDuration(Math.floor(Math.max(0, length) / 1_000) * 1_000)
      : formatDuration(length);
  return <span className={cn("whitespace-nowrap", className)}>{text === "0ms" && ticking ? "0s" : text}</span>;
}

function lengthOf({ from, to, now }: { from?: number | null; to?: number | null; now: number | null }): number | null {
  if (typeof from !== "number") {
    return null;
  }
  if (typeof to === "number") {
    return to - from;
  }
  return now === null ? null : Math.max(0, now - from);
}
