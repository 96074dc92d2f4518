"use client";
import { ScrollArea as Radix, VisuallyHidden as RadixHidden } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** A scrolling area with thin overlaid bars; give it a height. */
export function ScrollArea({ className, children, ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root className={cn("relative overflow-hidden", className)} {...rest}>
      <Radix.Viewport tabIndex={0} data-focus="inset" className="size-full [&>div]:!block">
        {children}
      </Radix.Viewport>
      <Bar orientation="vertical" />
      <Bar orientation="horizontal" />
      <Radix.Corner />
    </Radix.Root>
  );
}

function Bar({ orientation }: { orientation: "vertical" | "horizontal" }) {
  return (
    <Radix.Scrollbar
      orientation={orientation}
      className={cn("flex touch-none p-px select-none", orientation === "vertical" ? "h-full w-2" : "h-2 flex-col")}
    >
      <Radix.Thumb className="relative flex-1 rounded-full bg-line-control" />
    </Radix.Scrollbar>
  );
}

/** For screen readers only. */
export const VisuallyHidden = RadixHidden.Root;
