"use client";
import { AppLink, Card, CardBody, CardHeader, cn, Skeleton } from "@djinnbot/ui";
import type { ReactNode } from "react";
import { FaultState } from "../form/fault-state.tsx";

type CardListProps<T> = {
  title: string;
  icon: ReactNode;
  /** What could not be loaded: "The running runs". */
  what: string;
  items: readonly T[] | undefined;
  error: unknown;
  onRetry: () => void;
  renderItem: (item: T) => ReactNode;
  keyOf: (item: T) => string;
  empty: ReactNode;
  all?: { href: string; label: string };
  skeletonRows?: number;
  /** Height of a row to come, where it is not two short lines. */
  skeletonRowClass?: string;
  /** How many there are in all; told beside the title. */
  total?: number | undefined;
};

/** A card with a short list: its skeleton, its failure, its emptiness. */
export function CardList<T>(props: CardListProps<T>) {
  const { title, icon, items, empty, all, total } = props;
  const link = all && (
    <AppLink href={all.href} className="text-xs text-accent-text underline-offset-3 hover:underline">
      {all.label}
    </AppLink>
  );
  const count = items && items.length > 0 && total !== undefined ? countWords(items.length, total) : null;
  return (
    <Card>
      <CardHeader
        icon={icon}
        title={
          <>
            {title}
            {count === null ? null : <span className="ml-1.5 font-normal text-muted">{count}</span>}
          </>
        }
        {...(link ? { actions: link } : {})}
      />
      <CardBody className="p-0">
        {items === undefined ? (
          <Pending {...props} />
        ) : items.length === 0 ? (
          <div className="px-4 py-3 text-sm text-muted">{empty}</div>
        ) : (
          <ul className="divide-y divide-line">
            {items.map((item) => (
              <li key={props.keyOf(item)}>{props.renderItem(item)}</li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

/** `5 of 252` where not all are shown. */
function countWords(shown: number, total: number): string {
  return shown < total ? `${shown} of ${total.toLocaleString("en-US")}` : String(shown);
}

function Pending<T>({ what, error, onRetry, skeletonRows = 3, skeletonRowClass = "h-15" }: CardListProps<T>) {
  if (error) {
    return <FaultState compact title={`${what} could not be loaded`} error={error} onRetry={onRetry} className="m-3" />;
  }
  return (
    <div role="status" aria-label="Loading" className="divide-y divide-line">
      {Array.from({ length: skeletonRows }, (_, row) => row).map((row) => (
        <div key={row} className={cn("flex flex-col justify-center gap-1.5 px-4", skeletonRowClass)}>
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-3 w-1/3" />
        </div>
      ))}
    </div>
  );
}
