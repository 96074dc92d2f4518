"use client";
import { Separator as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** A line between things. */
export function Separator({ orientation = "horizontal", className, ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      decorative
      orientation={orientation}
      className={cn("shrink-0 bg-line", orientation === "horizontal" ? "h-px w-full" : "w-px self-stretch", className)}
      {...rest}
    />
  );
}
