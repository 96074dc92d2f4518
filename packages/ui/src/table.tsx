"use client";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import type { ComponentProps, KeyboardEvent, MouseEvent } from "react";
import { cn } from "./cn.ts";

export type TableProps = ComponentProps<"table"> & { label: string; maxHeight?: string };

/** A dense table in its own scrolling frame; the head stays in sight. */
export function Table({ label, maxHeight, className, ...rest }: TableProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      data-focus="inset"
      className="relative w-full overflow-auto"
      style={{ maxHeight }}
    >
      <table
        aria-label={label}
        className={cn("w-full border-separate border-spacing-0 text-sm", className)}
        {...rest}
      />
    </section>
  );
}

export function TableHead({ className, ...rest }: ComponentProps<"thead">) {
  return <thead className={cn("sticky top-0 z-10 bg-surface", className)} {...rest} />;
}

export function TableBody({ className, ...rest }: ComponentProps<"tbody">) {
  return <tbody className={cn("[&>tr:last-child>td]:border-b-0", className)} {...rest} />;
}

export type TableRowProps = ComponentProps<"tr"> & { selected?: boolean; onOpen?: () => void };

/** A row; with `onOpen` it answers to click and Enter, except where something inside it was meant. */
export function TableRow({ selected, onOpen, className, ...rest }: TableRowProps) {
  const fromControl = (event: MouseEvent | KeyboardEvent) =>
    event.target instanceof Element &&
    event.target !== event.currentTarget &&
    event.target.closest("a,button,input,label") !== null;
  const open = onOpen && {
    tabIndex: 0,
    onClick: (event: MouseEvent) => {
      if (!fromControl(event) && !event.defaultPrevented) onOpen();
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Enter" && !fromControl(event)) onOpen();
    },
  };
  return (
    <tr
      data-focus="inset"
      aria-selected={selected}
      className={cn(
        "group transition-colors",
        onOpen && "cursor-pointer hover:bg-hover/60",
        selected && "bg-accent-soft",
        className,
      )}
      {...open}
      {...rest}
    />
  );
}

type Align = "left" | "right" | "center";
const ALIGN: Record<Align, string> = { left: "text-left", right: "text-right", center: "text-center" };

export type TableHeaderCellProps = Omit<ComponentProps<"th">, "align"> & {
  align?: Align;
  sort?: "asc" | "desc" | "none";
  onSort?: () => void;
};

/** The head of a column; with `onSort` it is a button that shows the order. */
export function TableHeaderCell({ align = "left", sort, onSort, className, children, ...rest }: TableHeaderCellProps) {
  const Icon = sort === "asc" ? ArrowUp : sort === "desc" ? ArrowDown : ArrowUpDown;
  return (
    <th
      scope="col"
      aria-sort={sort === "asc" ? "ascending" : sort === "desc" ? "descending" : undefined}
      className={cn(
        "h-8 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-muted",
        ALIGN[align],
        className,
      )}
      {...rest}
    >
      {onSort === undefined ? (
        children
      ) : (
        <button type="button" onClick={onSort} className="inline-flex items-center gap-1 hover:text-fg">
          {children}
          <Icon aria-hidden className={cn("size-3.5", sort === "none" && "opacity-50")} />
        </button>
      )}
    </th>
  );
}

export type TableCellProps = Omit<ComponentProps<"td">, "align"> & {
  align?: Align;
  mono?: boolean;
  truncate?: boolean;
};

export function TableCell({ align = "left", mono, truncate, className, ...rest }: TableCellProps) {
  return (
    <td
      dir="auto"
      className={cn(
        "border-b border-line px-3 py-row align-middle",
        ALIGN[align],
        mono && "font-mono text-xs",
        truncate && "max-w-0 truncate",
        className,
      )}
      {...rest}
    />
  );
}
