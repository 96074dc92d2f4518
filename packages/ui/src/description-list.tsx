import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const COLUMNS = { 1: "", 2: "sm:grid-cols-2", 3: "sm:grid-cols-2 lg:grid-cols-3" };

export type DescriptionListProps = {
  items: readonly { label: string; value: ReactNode }[];
  columns?: keyof typeof COLUMNS;
  className?: string;
};

/** Names and values: the facts of one thing. */
export function DescriptionList({ items, columns = 1, className }: DescriptionListProps) {
  return (
    <dl className={cn("grid gap-x-6 gap-y-2 text-sm", COLUMNS[columns], className)}>
      {items.map((item) => (
        <div key={item.label} className="flex min-w-0 flex-col gap-0.5">
          <dt className="text-xs text-muted">{item.label}</dt>
          <dd className="min-w-0 wrap-anywhere">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
