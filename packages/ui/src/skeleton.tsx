import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** A grey shape in the place of what is loading; invisible for the first 150 ms. Give it the final size. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden className="appear-late">
      <div className={cn("h-4 animate-pulse rounded-md bg-hover", className)} />
    </div>
  );
}

/** Lines of text to come. */
export function SkeletonText({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <Loading className={cn("flex flex-col gap-2", className)}>
      {range(lines).map((line) => (
        <Skeleton key={line} className={line === lines - 1 ? "w-2/3" : "w-full"} />
      ))}
    </Loading>
  );
}

/** The rows of a table to come. */
export function SkeletonTable({ rows = 6, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <Loading>
      {range(rows).map((row) => (
        <div key={row} className="flex gap-4 border-b border-line px-3 py-row last:border-b-0">
          {range(columns).map((column) => (
            <div key={column} className={column === 0 ? "flex-2" : "flex-1"}>
              <Skeleton className="h-5 w-4/5" />
            </div>
          ))}
        </div>
      ))}
    </Loading>
  );
}

/** Cards to come. */
export function SkeletonCards({ count = 6 }: { count?: number }) {
  return (
    <Loading className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-3">
      {range(count).map((card) => (
        <div key={card} className="appear-late flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
          <Skeleton className="h-5 w-1/2" />
          <Skeleton className="w-full" />
          <Skeleton className="w-2/3" />
        </div>
      ))}
    </Loading>
  );
}

function Loading({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div role="status" aria-label="Loading" className={className}>
      {children}
    </div>
  );
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index);
}
