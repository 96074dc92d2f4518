import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const WIDTHS = { full: "", text: "max-w-[80ch]", form: "max-w-3xl" };

/** Padding and rhythm of a screen. Lists and boards take the full width, forms and text less. */
export function Page({
  width = "full",
  className,
  children,
}: {
  width?: keyof typeof WIDTHS;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className={cn("flex w-full min-w-0 flex-col gap-4 p-4 lg:p-6", WIDTHS[width], className)}>{children}</div>
  );
}

export type PageHeaderProps = {
  title: ReactNode;
  description?: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
  className?: string;
};

/** The one h1 of a screen, with its badges; the actions stay at the top right, however long the title is. */
export function PageHeader({ title, description, meta, actions, className }: PageHeaderProps) {
  return (
    <header className={cn("flex items-start justify-between gap-x-4 gap-y-2 max-sm:flex-wrap", className)}>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-2">
          <h1
            dir="auto"
            className="line-clamp-2 min-w-0 text-lg font-semibold wrap-anywhere"
            title={typeof title === "string" ? title : undefined}
          >
            {title}
          </h1>
          {meta}
        </div>
        {description === undefined ? null : (
          <p dir="auto" className="prose-width mt-0.5 text-sm text-muted">
            {description}
          </p>
        )}
      </div>
      {actions === undefined ? null : (
        <div className="flex shrink-0 flex-wrap items-center gap-2 max-sm:shrink">{actions}</div>
      )}
    </header>
  );
}
