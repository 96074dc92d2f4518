"use client";
import type { VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { buttonVariants } from "./button.tsx";
import { cn } from "./cn.ts";
import { Spinner } from "./spinner.tsx";
import { Tooltip } from "./tooltip.tsx";

export type IconButtonProps = Omit<ComponentProps<"button">, "children"> &
  VariantProps<typeof buttonVariants> & {
    label: string;
    icon: ReactNode;
    shortcut?: string;
    loading?: boolean;
    side?: "top" | "right" | "bottom" | "left";
  };

/** A square button with an icon only; its label is both the accessible name and the tooltip. */
export function IconButton(props: IconButtonProps) {
  const { label, icon, shortcut, loading, side, variant = "ghost", size, className, disabled, ...rest } = props;
  return (
    <Tooltip content={label} shortcut={shortcut} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-busy={loading || undefined}
        disabled={disabled || loading}
        className={cn(buttonVariants({ variant, size }), "aspect-square px-0", className)}
        {...rest}
      >
        {loading ? <Spinner /> : icon}
      </button>
    </Tooltip>
  );
}
