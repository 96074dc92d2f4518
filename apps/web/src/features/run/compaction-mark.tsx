"use client";
import { cn, formatTime, formatTokens } from "@djinnbot/ui";
import { ChevronRight, FoldVertical } from "lucide-react";
import { Markdown } from "./markdown.tsx";
import type { CompactionItem } from "./transcript-model.ts";

type CompactionMarkProps = { item: CompactionItem; open: boolean; onToggle: (id: string, open: boolean) => void };

/** Where the agent's context was made shorter: from here on it knows what stands above by its notes only. */
export function CompactionMark({ item, open, onToggle }: CompactionMarkProps) {
  const { summary } = item;
  const words =
    summary === null
      ? "Old tool results were shortened"
      : "Earlier turns were replaced by notes the agent goes on with";
  const why = item.reason === "refused" ? "The provider refused the call as too long." : "The window was nearly full.";
  const line = (
    <>
      <FoldVertical aria-hidden className="size-3.5 shrink-0" />
      <span className="min-w-0 wrap-anywhere">
        <span className="font-medium">Context compacted</span> {formatTokens(item.beforeTokens)} →{" "}
        {formatTokens(item.afterTokens)} of {formatTokens(item.contextWindow)} tokens.{" "}
        <span className="text-faint">
          {words}. {why}
        </span>
      </span>
      <time className="ml-auto shrink-0 text-faint" dateTime={new Date(item.at).toISOString()} suppressHydrationWarning>
        {formatTime(item.at)}
      </time>
    </>
  );
  const classes = "flex min-h-6 w-full items-center gap-1.5 border-t border-dashed border-line pt-1 text-xs text-muted";
  return summary === null ? (
    <div className={classes}>{line}</div>
  ) : (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(item.id, !open)}
        className={cn(classes, "text-left hover:text-fg")}
      >
        <ChevronRight aria-hidden className={cn("size-3.5 shrink-0 transition-transform", open && "rotate-90")} />
        {line}
      </button>
      {open ? (
        <div className="mt-1 ml-1.5 border-l border-line pl-4">
          <Markdown text={summary} />
        </div>
      ) : null}
    </div>
  );
}
