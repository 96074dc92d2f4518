import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";
import { Spinner } from "./spinner.tsx";

export const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:pointer-events-none disabled:opacity-55 aria-disabled:pointer-events-none aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "border-transparent bg-accent text-accent-fg hover:bg-accent-hover",
        secondary: "border-line-control/60 bg-surface text-fg hover:bg-hover",
        ghost: "border-transparent bg-transparent text-fg hover:bg-hover aria-expanded:bg-hover",
        danger: "border-transparent bg-danger-solid text-danger-fg hover:brightness-90",
        link: "border-transparent bg-transparent px-0 text-accent-text underline-offset-4 hover:underline",
      },
      size: {
        sm: "h-control-sm px-2 text-xs",
        md: "h-control px-3 text-sm",
        lg: "h-10 px-4 text-base",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

export type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonVariants> & { loading?: boolean; icon?: ReactNode; asChild?: boolean };

/** A button; `asChild` lends its look to the one child (a link). A loading button keeps its width and cannot be pressed again. */
export function Button({ variant, size, loading, icon, asChild, className, children, disabled, ...rest }: ButtonProps) {
  const classes = cn(buttonVariants({ variant, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {icon}
        <Slot.Slottable>{children}</Slot.Slottable>
      </Slot.Root>
    );
  }
  return (
    <button type="button" className={classes} disabled={disabled || loading} aria-busy={loading || undefined} {...rest}>
      {loading ? <Spinner /> : icon}
      {children}
    </button>
  );
}
