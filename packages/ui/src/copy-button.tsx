"use client";
import { Check, Copy } from "lucide-react";
import { IconButton } from "./icon-button.tsx";
import { useCopy } from "./use-copy.ts";

export type CopyButtonProps = { text: string | (() => string); label?: string; size?: "sm" | "md"; className?: string };

/** Copies a text; a function is asked for it only when pressed. */
export function CopyButton({ text, label = "Copy", size = "sm", className }: CopyButtonProps) {
  const { copied, copy } = useCopy();
  return (
    <IconButton
      label={copied ? "Copied" : label}
      size={size}
      className={className}
      icon={copied ? <Check aria-hidden className="text-ok" /> : <Copy aria-hidden />}
      onClick={() => copy(typeof text === "string" ? text : text())}
    />
  );
}
