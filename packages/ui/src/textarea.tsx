"use client";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";
import { controlClasses } from "./input.tsx";

export type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean; autoGrow?: boolean };

/** Several lines of text; `autoGrow` lets it grow with what is typed, up to 60 % of the window. */
export function Textarea({ mono, autoGrow, className, ...rest }: TextareaProps) {
  const aria = useFieldControl(rest);
  return (
    <textarea
      dir="auto"
      rows={4}
      {...rest}
      {...aria}
      className={cn(
        controlClasses,
        "px-2.5 py-1.5",
        mono && "font-mono",
        autoGrow && "field-sizing-content max-h-[60vh] min-h-16",
        className,
      )}
    />
  );
}
