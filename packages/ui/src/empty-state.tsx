import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { TextLink } from "./link.tsx";

export type EmptyStateProps = {
  icon?: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  example?: { href: string; label: string };
  /** `h1` where it is the whole page. */
  as?: "h1" | "h2";
  className?: string;
};

/** What stands where nothing is yet: what this place is for, the one next action, an example that works now. */
export function EmptyState({ icon, title, children, action, example, as: Heading = "h2", className }: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center gap-2 px-4 py-12 text-center", className)}>
      {icon === undefined ? null : <div className="text-faint [&_svg]:size-6">{icon}</div>}
      <Heading className="text-base font-semibold">{title}</Heading>
      <p className="max-w-md text-sm text-muted">{children}</p>
      {action === undefined ? null : <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
      {example === undefined ? null : (
        <p className="text-sm text-muted">
          or <TextLink href={example.href}>{example.label}</TextLink>
        </p>
      )}
    </div>
  );
}
