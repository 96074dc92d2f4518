"use client";
import { cn } from "@djinnbot/ui";
import { lazy, memo, Suspense } from "react";

const MarkdownView = lazy(() => import("./markdown-view.tsx"));

export type MarkdownProps = {
  text: string /** Still growing: open marks are closed for the eye. */;
  streaming?: boolean;
  className?: string;
};

/** Text that an agent wrote, as markdown; until its renderer is loaded, the same text as it stands. */
export const Markdown = memo(function Markdown({ text, streaming, className }: MarkdownProps) {
  return (
    <div className={cn("prose-width min-w-0 text-sm wrap-anywhere", className)}>
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
