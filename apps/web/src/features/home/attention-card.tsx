"use client";
import { toast, withUndo } from "@djinnbot/ui";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { AttentionRow } from "./attention-row.tsx";
import { CardList } from "./card-list.tsx";
import type { AttentionItem } from "./runs-now.ts";
import type { Home } from "./use-home.ts";

const most = 5;

/** What needs somebody: runs that wait for a person, and failures of the last week. */
export function AttentionCard({ home, expected }: { home: Home; expected: number }) {
  const { data, total, error, retry, dismiss, restore } = home.attention;
  const putAway = (item: AttentionItem) => {
    dismiss(item);
    toast(
      "Dismissed until it happens again.",
      withUndo(() => restore(item)),
    );
  };
  return (
    <CardList
      title="Needs you"
      icon={<TriangleAlert aria-hidden />}
      what="What needs you"
      items={data?.slice(0, most)}
      total={total}
      error={error}
      onRetry={retry}
      keyOf={(item) => item.key}
      renderItem={(item) => <AttentionRow item={item} onDismiss={() => putAway(item)} />}
      skeletonRows={Math.min(most, Math.max(1, expected))}
      skeletonRowClass={expected === 0 ? "h-11" : "h-21 max-sm:h-29"}
      empty={
        <span className="flex items-center gap-2">
          <CircleCheck aria-hidden className="size-4 text-ok" />
          No failure of the last week is open, and nothing waits for you.
        </span>
      }
      all={{ href: "/runs?status=failed", label: "All failed runs" }}
    />
  );
}
