"use client";
import { cn, parseAnsi } from "@djinnbot/ui";
import { Fragment, memo, useMemo } from "react";

/** Output of a command in mono, with the colours it asked for. For texts of a bounded length; logs use VirtualLog. */
export const AnsiText = memo(function AnsiText({ text, className }: { text: string; className?: string }) {
  const lines = useMemo(
    () =>
      text
        .replaceAll("\r\n", "\n")
        .split("\n")
        .map((line) => parseAnsi(line)),
    [text],
  );
  return (
    <pre className={cn("font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap", className)}>
      {lines.map((segments, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable text never move
        <Fragment key={line}>
          {line === 0 ? null : "\n"}
          {segments.map((segment, index) =>
            segment.className === "" ? (
              segment.text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <span key={index} className={segment.className}>
                {segment.text}
              </span>
            ),
          )}
        </Fragment>
      ))}
    </pre>
  );
});
