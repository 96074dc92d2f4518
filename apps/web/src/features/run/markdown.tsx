"use client";
import { cn, stripAnsi } from "@djinnbot/ui";
import { lazy, memo, Suspense } from "react";

const MarkdownView = lazy(() => import("./markdown-view.tsx"));

export type MarkdownProps = {
  text: string;
  /** Still growing: open marks are closed for the eye. */
  streaming?: boolean;
  /** A line stays a line, where a document would flow on. */
  breaks?: boolean;
  className?: string;
};

/** Not in a list item that holds blocks: the line ends between them would be lines. */
const BREAKS = "[&_p]:whitespace-pre-line [&_li:not(:has(p,ul,ol,section))]:whitespace-pre-line";

/** Text that an agent wrote, as markdown; until its renderer is loaded, the same text as it stands. */
export const Markdown = memo(function Markdown({ text: raw, streaming, breaks, className }: MarkdownProps) {
  const text = raw.includes("\u001b") ? stripAnsi(raw) : raw;
  return (
    <div className={cn("prose-width min-w-0 text-sm wrap-anywhere", breaks && BREAKS, className)}>
      <Suspense
        fallback={
          <p dir="auto" className="whitespace-pre-wrap [unicode-bidi:plaintext]">
            {text}
          </p>
        }
      >
        <MarkdownView text={text} streaming={streaming ?? false} />
      </Suspense>
    </div>
  );
});
