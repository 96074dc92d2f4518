import { ChevronRight } from "lucide-react";
import { cn } from "./cn.ts";
import { AppLink } from "./link.tsx";

export type Crumb = { label: string; href?: string };

/** The way to this page; on a phone only its last part is shown. */
export function Breadcrumbs({ items, className }: { items: readonly Crumb[]; className?: string }) {
  return (
    <nav aria-label="Breadcrumb" className={cn("min-w-0", className)}>
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {items.map((item, index) => {
          const last = index === items.length - 1;
          return (
            <li
              key={`${item.href ?? ""}${item.label}`}
              className={cn("min-w-0 items-center gap-1", last ? "flex" : "hidden shrink-0 sm:flex")}
            >
              {last || item.href === undefined ? (
                <span
                  dir="auto"
                  aria-current={last ? "page" : undefined}
                  className={cn("truncate", last ? "font-medium" : "text-muted")}
                >
                  {item.label}
                </span>
              ) : (
                <AppLink href={item.href} dir="auto" className="rounded-sm text-muted hover:text-fg">
                  {item.label}
                </AppLink>
              )}
              {last ? null : <ChevronRight aria-hidden className="size-3.5 shrink-0 text-faint" />}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
