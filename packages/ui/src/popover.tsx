"use client";
import { Popover as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export const Popover = Radix.Root;
export const PopoverTrigger = Radix.Trigger;
export const PopoverAnchor = Radix.Anchor;

/** A small panel that belongs to its trigger; give it an `aria-label`. */
export function PopoverContent({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        className={cn(
          "z-50 w-72 rounded-lg border border-line bg-surface p-3 text-sm shadow-pop animate-in fade-in-0",
          className,
        )}
        {...rest}
      />
    </Radix.Portal>
  );
}
