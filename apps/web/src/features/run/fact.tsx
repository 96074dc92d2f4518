import { cn } from "@djinnbot/ui";
import type { ReactNode } from "react";

/** A name and what stands for it, inside a `dl`. */
export function Fact({
  label,
  className,
  children,
}: {
  label: string;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={cn("min-w-0", className)}>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
