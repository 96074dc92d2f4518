"use client";
import { Check, Copy } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { useCopy } from "./use-copy.ts";

export type CodeTextProps = {
  text: string;
  children?: ReactNode;
  truncate?: boolean;
  copyable?: boolean;
  className?: string;
};

/** An id, command or path in mono; a click copies it whole, even where it is shown shortened. */
export function CodeText({ text, children, truncate, copyable = true, className }: CodeTextProps) {
  const { copied, copy } = useCopy();
  const shown = <span className={cn(truncate && "truncate")}>{children ?? text}</span>;
  const classes = cn("inline-flex min-w-0 max-w-full items-center gap-1 rounded-sm font-mono text-xs", className);
  if (!copyable) {
    return <code className={classes}>{shown}</code>;
  }
  const Icon = copied ? Check : Copy;
  // The name has what is shown in it, so that whoever speaks to the page can say it.
  const name = typeof children === "string" ? children : text;
  return (
    <button
      type="button"
      title={text}
      aria-label={copied ? `Copied ${name}` : `Copy ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        void copy(text);
      }}
      className={cn(classes, "group/copy hover:bg-hover")}
    >
      {shown}
      <Icon
        aria-hidden
        className={cn(
          "size-3 shrink-0 opacity-0 group-hover/copy:opacity-100 group-focus-visible/copy:opacity-100",
          copied && "text-ok opacity-100",
        )}
      />
    </button>
  );
}
