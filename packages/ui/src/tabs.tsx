"use client";
import { Tabs as RadixTabs } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

export const Tabs = RadixTabs.Root;

/**
 * The row of tabs; scrolls sideways where it does not fit, and then always shows the active one. Inside a narrow
 * `@container` the numbers go first.
 */
export function TabsList({ className, ...rest }: ComponentProps<typeof RadixTabs.List>) {
  return (
    <RadixTabs.List
      ref={keepActiveInView}
      className={cn("relative flex gap-4 overflow-x-auto border-b border-line @max-lg:gap-3", className)}
      {...rest}
    />
  );
}

/** Also when the row gets narrower, or the active tab is chosen elsewhere. Moves the row only, never the page. */
function keepActiveInView(list: HTMLElement | null) {
  if (list === null) {
    return;
  }
  const show = () => {
    const active = list.querySelector<HTMLElement>("[role=tab][data-state=active]");
    if (active !== null) {
      list.scrollLeft = scrollToShow(list, active);
    }
  };
  const resized = new ResizeObserver(show);
  resized.observe(list);
  const changed = new MutationObserver(show);
  changed.observe(list, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
  return () => {
    resized.disconnect();
    changed.disconnect();
  };
}

type Row = Pick<HTMLElement, "scrollLeft" | "clientWidth">;
type Place = Pick<HTMLElement, "offsetLeft" | "offsetWidth">;
/** So much of the next tab stays visible beside the active one (px), so that it is seen that there is one. */
const BESIDE = 32;

/** How far a row is to be scrolled so that a tab in it is seen whole. */
export function scrollToShow({ scrollLeft, clientWidth }: Row, { offsetLeft, offsetWidth }: Place): number {
  const least = offsetLeft + offsetWidth + BESIDE - clientWidth;
  const most = Math.max(0, offsetLeft - BESIDE);
  return Math.min(Math.max(scrollLeft, least), most);
}

export type TabsTriggerProps = ComponentProps<typeof RadixTabs.Trigger> & { count?: number; icon?: ReactNode };

/** One tab, with an optional icon and number. */
export function TabsTrigger({ count, icon, className, children, ...rest }: TabsTriggerProps) {
  return (
    <RadixTabs.Trigger
      data-focus="inset"
      className={cn(
        "-mb-px inline-flex h-control shrink-0 items-center gap-1.5 border-b-2 border-transparent px-0.5 text-sm whitespace-nowrap text-muted transition-colors hover:text-fg data-[state=active]:border-accent-text data-[state=active]:font-medium data-[state=active]:text-fg [&_svg]:size-4",
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
      {count === undefined ? null : (
        <span className="rounded-sm bg-sunken px-1 text-xs text-muted @max-lg:hidden">{count}</span>
      )}
    </RadixTabs.Trigger>
  );
}

/** What a tab shows. */
export function TabsContent({ className, ...rest }: ComponentProps<typeof RadixTabs.Content>) {
  return <RadixTabs.Content className={cn("pt-4", className)} {...rest} />;
}
