"use client";
import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export type Segment<V extends string> = { value: V; label: string; icon?: ReactNode; iconOnly?: boolean };

export type SegmentedControlProps<V extends string> = {
  label: string;
  value: V;
  onValueChange: (value: V) => void;
  options: readonly Segment<V>[];
  size?: "sm" | "md";
  className?: string;
};

/** One choice out of two to five, all in sight; exactly one is always chosen. */
export function SegmentedControl<V extends string>(props: SegmentedControlProps<V>) {
  const { label, value, onValueChange, options, size = "md", className } = props;
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) {
          onValueChange(chosen.value);
        }
      }}
      className={cn("inline-flex max-w-full overflow-x-auto rounded-md border border-line bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.iconOnly ? option.label : undefined}
          data-focus="inset"
          className={cn(
            "inline-flex items-center gap-1.5 rounded-sm border border-transparent px-2 whitespace-nowrap text-muted transition-colors hover:text-fg data-[state=on]:border-line data-[state=on]:bg-surface data-[state=on]:font-medium data-[state=on]:text-fg [&_svg]:size-4",
            size === "sm" ? "h-[calc(var(--control-sm)-6px)] text-xs" : "h-[calc(var(--control)-6px)] text-sm",
          )}
        >
          {option.icon}
          {option.iconOnly ? null : option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
