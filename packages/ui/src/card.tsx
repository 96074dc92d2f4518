import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

export type CardProps = ComponentProps<"div"> & { interactive?: boolean; asChild?: boolean };

/** A bordered group; `interactive` (with `asChild` around a link) answers to hover. */
export function Card({ interactive, asChild, className, ...rest }: CardProps) {
  const Root = asChild ? Slot.Root : "div";
  return (
    <Root
      className={cn(
        "flex min-w-0 flex-col rounded-lg border border-line bg-surface",
        interactive && "transition-colors hover:border-line-control hover:bg-hover/40",
        className,
      )}
      {...rest}
    />
  );
}

export type CardHeaderProps = {
  title: ReactNode;
  description?: ReactNode;
  icon?: ReactNode;
  actions?: ReactNode;
  as?: "h2" | "h3";
  className?: string;
};

/** Title, one line of description and the actions of a card. */
export function CardHeader({ title, description, icon, actions, as: Heading = "h2", className }: CardHeaderProps) {
  return (
    <div className={cn("flex min-h-11 items-center justify-between gap-3 border-b border-line px-4 py-2", className)}>
      <div className="flex min-w-0 items-center gap-2 [&_svg]:size-4 [&_svg]:shrink-0">
        {icon}
        <div className="min-w-0">
          <Heading dir="auto" className="truncate text-sm font-semibold">
            {title}
          </Heading>
          {description === undefined ? null : (
            <p dir="auto" className="text-xs text-muted">
              {description}
            </p>
          )}
        </div>
      </div>
      {actions === undefined ? null : <div className="flex shrink-0 items-center gap-1">{actions}</div>}
    </div>
  );
}

/** The content of a card; `className="p-0"` for a table or list that reaches the border. */
export function CardBody({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("min-w-0 flex-1 p-4", className)} {...rest} />;
}

/** The closing row of a card. */
export function CardFooter({ className, ...rest }: ComponentProps<"div">) {
  return (
    <div
      className={cn("flex items-center gap-2 border-t border-line px-4 py-2 text-sm text-muted", className)}
      {...rest}
    />
  );
}
