"use client";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

export type CodeBlockProps = {
  code: string;
  title?: ReactNode;
  label?: string;
  maxHeight?: string;
  wrap?: boolean;
  className?: string;
};

/** Several lines of code or output with a copy button. For logs that grow use VirtualLog. */
export function CodeBlock({ code, title, label = "Code", maxHeight = "24rem", wrap, className }: CodeBlockProps) {
  return (
    <div className={cn("relative min-w-0 rounded-md border border-line bg-sunken", className)}>
      {title === undefined ? null : (
        <div className="border-b border-line py-1.5 pr-10 pl-3 text-xs text-muted">{title}</div>
      )}
      <CopyButton text={code} className="absolute top-0.5 right-0.5" />
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        data-focus="inset"
        className="overflow-auto rounded-md"
        style={{ maxHeight }}
      >
        <pre
          className={cn(
            "w-max min-w-full p-3 pr-10 font-mono text-xs",
            wrap && "w-auto wrap-anywhere whitespace-pre-wrap",
          )}
        >
          {code}
        </pre>
      </section>
    </div>
  );
}
