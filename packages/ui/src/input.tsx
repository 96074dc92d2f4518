"use client";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";

export const controlClasses =
  "w-full min-w-0 rounded-md border border-line-control bg-surface text-sm text-fg transition-colors disabled:opacity-55 aria-invalid:border-danger focus-visible:outline-offset-0";

export type InputProps = ComponentProps<"input"> & { leading?: ReactNode; trailing?: ReactNode; mono?: boolean };

/** One line of text, with room for an icon before and an icon or button after it. */
export function Input({ leading, trailing, mono, className, ...rest }: InputProps) {
  const aria = useFieldControl(rest);
  const input = (
    <input
      dir="auto"
      {...rest}
      {...aria}
      className={cn(
        controlClasses,
        "h-control px-2.5",
        mono && "font-mono",
        leading !== undefined && "pl-8",
        trailing !== undefined && "pr-9",
        className,
      )}
    />
  );
  if (leading === undefined && trailing === undefined) {
    return input;
  }
  return (
    <span className="relative flex w-full min-w-0 items-center">
      {leading === undefined ? null : (
        <span className="pointer-events-none absolute left-2.5 flex text-faint [&_svg]:size-4">{leading}</span>
      )}
      {input}
      {trailing === undefined ? null : (
        <span className="absolute right-1 flex items-center text-faint">{trailing}</span>
      )}
    </span>
  );
}
