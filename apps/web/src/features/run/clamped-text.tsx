"use client";
import { cn } from "@djinnbot/ui";
import { useEffect, useRef, useState } from "react";

/** Text of any length in at most three lines, all of it on demand. */
export function ClampedText({ text, className }: { text: string; className?: string }) {
  const box = useRef<HTMLParagraphElement>(null);
  const [open, setOpen] = useState(false);
  const [cut, setCut] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null || open) {
      return;
    }
    const observer = new ResizeObserver(() => setCut(element.scrollHeight > element.clientHeight + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [open]);
  return (
    <div className={cn("min-w-0", className)}>
      <p
        ref={box}
        dir="auto"
        className={cn(
          "wrap-anywhere whitespace-pre-wrap [unicode-bidi:plaintext]",
          open ? "max-h-[50dvh] overflow-y-auto" : "line-clamp-3",
        )}
      >
        {text}
      </p>
      {cut ? (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="rounded-sm text-xs text-accent-text hover:underline"
        >
          {open ? "Show less" : "Show all"}
        </button>
      ) : null}
    </div>
  );
}
