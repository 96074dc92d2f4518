import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  RotateCw,
  SkipForward,
} from "lucide-react";
import { Badge, type BadgeProps } from "./badge.tsx";
import { cn } from "./cn.ts";

export type Tone = NonNullable<BadgeProps["tone"]>;
export type StatusMeta = { word: string; tone: Tone; icon: LucideIcon; spin?: boolean };

const STATUSES: Record<string, StatusMeta> = {
  pending: { word: "Pending", tone: "neutral", icon: CircleDashed },
  queued: { word: "Queued", tone: "neutral", icon: Clock },
  running: { word: "Running", tone: "info", icon: LoaderCircle, spin: true },
  working: { word: "Working", tone: "info", icon: LoaderCircle, spin: true },
  starting: { word: "Starting", tone: "info", icon: LoaderCircle, spin: true },
  waiting: { word: "Waiting", tone: "warn", icon: Hourglass },
  paused: { word: "Paused", tone: "warn", icon: CirclePause },
  retrying: { word: "Failed, tried again", tone: "neutral", icon: RotateCw },
  completed: { word: "Completed", tone: "ok", icon: CircleCheck },
  active: { word: "Active", tone: "ok", icon: CircleCheck },
  ready: { word: "Ready", tone: "ok", icon: CircleCheck },
  connected: { word: "Connected", tone: "ok", icon: CircleCheck },
  failed: { word: "Failed", tone: "danger", icon: CircleX },
  revoked: { word: "Revoked", tone: "danger", icon: Ban },
  approved: { word: "Approved", tone: "ok", icon: CircleCheck },
  rejected: { word: "Rejected", tone: "danger", icon: CircleX },
  expired: { word: "Expired", tone: "warn", icon: Clock },
  cancelled: { word: "Cancelled", tone: "neutral", icon: Ban },
  skipped: { word: "Skipped", tone: "neutral", icon: SkipForward },
  idle: { word: "Idle", tone: "neutral", icon: Circle },
};

const TEXT: Record<Tone, string> = {
  neutral: "text-muted",
  accent: "text-accent-text",
  ok: "text-ok",
  warn: "text-warn",
  danger: "text-danger",
  info: "text-info",
};

/** Word, colour and icon of a status; one that is not known is shown neutrally under its own name. */
export function statusMeta(status: string): StatusMeta {
  const word = status.charAt(0).toUpperCase() + status.slice(1).replaceAll("_", " ");
  return STATUSES[status] ?? { word, tone: "neutral", icon: Circle };
}

/** The icon of a status in its colour; it says its word to a screen reader. */
export function StatusIcon({ status, className }: { status: string; className?: string }) {
  const meta = statusMeta(status);
  const Icon = meta.icon;
  return (
    <span role="img" aria-label={meta.word} className={cn("inline-flex shrink-0", TEXT[meta.tone], className)}>
      <Icon aria-hidden className={cn("size-4", meta.spin && "animate-spin")} />
    </span>
  );
}

export type StatusBadgeProps = { status: string; variant?: "soft" | "plain"; label?: string; className?: string };

/** A status as colour, icon and word. */
export function StatusBadge({ status, variant = "soft", label, className }: StatusBadgeProps) {
  const meta = statusMeta(status);
  const Icon = meta.icon;
  const icon = <Icon aria-hidden className={cn(meta.spin && "animate-spin")} />;
  if (variant === "plain") {
    return (
      <span
        className={cn(
          "inline-flex items-center gap-1.5 text-sm font-medium [&_svg]:size-4",
          TEXT[meta.tone],
          className,
        )}
      >
        {icon}
        {label ?? meta.word}
      </span>
    );
  }
  return (
    <Badge tone={meta.tone} icon={icon} className={className}>
      {label ?? meta.word}
    </Badge>
  );
}
