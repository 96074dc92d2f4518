"use client";
import { CircleAlert, CircleCheck, FlaskConical, Info, ShieldAlert, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { IconButton } from "./icon-button.tsx";

const TONES = {
  info: { classes: "border-info-line bg-info-soft", text: "text-info", icon: Info },
  ok: { classes: "border-ok-line bg-ok-soft", text: "text-ok", icon: CircleCheck },
  warn: { classes: "border-warn-line bg-warn-soft", text: "text-warn", icon: TriangleAlert },
  danger: { classes: "border-danger-line bg-danger-soft", text: "text-danger", icon: CircleAlert },
};

export type BannerProps = {
  tone?: keyof typeof TONES;
  title?: ReactNode;
  icon?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  onDismiss?: () => void;
  /** Reaches from edge to edge, for notices above a whole page. */
  flush?: boolean;
  className?: string;
};

/** A notice about the whole page or product; stands in the flow above what it speaks of. */
export function Banner({ tone = "info", title, icon, children, action, onDismiss, flush, className }: BannerProps) {
  const look = TONES[tone];
  const Icon = look.icon;
  return (
    <section
      aria-label={typeof title === "string" ? title : "Notice"}
      className={cn(
        "flex items-start gap-2.5 py-2 text-sm",
        flush ? "border-b px-4 lg:px-6" : "rounded-lg border px-3",
        look.classes,
        className,
      )}
    >
      <span className={cn("mt-0.5 [&_svg]:size-4", look.text)}>{icon ?? <Icon aria-hidden />}</span>
      <p className="min-w-0 flex-1">
        {title === undefined ? null : <strong className={cn("mr-1.5 font-semibold", look.text)}>{title}</strong>}
        {children}
      </p>
      {action === undefined ? null : <div className="-my-1 shrink-0">{action}</div>}
      {onDismiss === undefined ? null : (
        <IconButton label="Dismiss" size="sm" icon={<X aria-hidden />} onClick={onDismiss} className="-my-1" />
      )}
    </section>
  );
}

/** Says that replies come from the demo model, wherever it is in use; one line also on a phone. */
export function DemoModelBanner({ action, onDismiss }: { action?: ReactNode; onDismiss?: () => void }) {
  return (
    <Banner
      flush
      tone="info"
      title="Demo model — scripted replies"
      icon={<FlaskConical aria-hidden />}
      className="max-sm:gap-2 max-sm:px-3 max-sm:text-xs max-sm:whitespace-nowrap"
      {...(onDismiss === undefined ? {} : { onDismiss })}
    >
      {action === undefined ? null : <>· {action}</>}
    </Banner>
  );
}

/** Says that agents run without a sandbox on this machine. */
export function NoSandboxBanner({ action, className }: { action?: ReactNode; className?: string }) {
  return (
    <Banner
      flush
      tone="warn"
      title="No sandbox."
      icon={<ShieldAlert aria-hidden />}
      action={action}
      className={className}
    >
      Agents run as plain processes and can read what the server's user can. Use this for trusted work only.
    </Banner>
  );
}
