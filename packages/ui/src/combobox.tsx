"use client";
import { Command } from "cmdk";
import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { Popover as RadixPopover } from "radix-ui";
import { useState } from "react";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";
import { controlClasses } from "./input.tsx";
import { groupOptions, type Option } from "./option.ts";
import type { SelectProps } from "./select.tsx";
import { Spinner } from "./spinner.tsx";

export type ComboboxProps = SelectProps & {
  searchPlaceholder?: string;
  emptyText?: string;
  allowCustom?: boolean;
  loading?: boolean;
};

/** One choice out of a long list, found by typing; `allowCustom` offers what was typed as a choice of its own. */
export function Combobox(props: ComboboxProps) {
  const { value, options, placeholder = "Choose…", size = "md", disabled, className } = props;
  const [open, setOpen] = useState(false);
  const { "aria-required": _, ...aria } = useFieldControl(props);
  const chosen = options.find((option) => option.value === value);
  return (
    <RadixPopover.Root open={open} onOpenChange={setOpen}>
      <RadixPopover.Trigger asChild>
        <button
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-haspopup="dialog"
          aria-label={props["aria-label"]}
          disabled={disabled}
          {...aria}
          className={cn(
            controlClasses,
            "inline-flex items-center justify-between gap-2 px-2.5 text-left [&_svg]:size-4",
            size === "sm" ? "h-control-sm text-xs" : "h-control",
            className,
          )}
        >
          <span className={cn("flex min-w-0 items-center gap-2", !value && "text-faint")}>
            {chosen?.icon}
            <span className="truncate">{chosen?.label ?? (value || placeholder)}</span>
          </span>
          <ChevronsUpDown aria-hidden className="shrink-0 text-faint" />
        </button>
      </RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={props["aria-label"] ?? placeholder}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 w-(--radix-popover-trigger-width) min-w-56 rounded-lg border border-line bg-surface shadow-pop animate-in fade-in-0"
        >
          <ComboboxList {...props} onDone={() => setOpen(false)} />
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

function ComboboxList({ onDone, ...props }: ComboboxProps & { onDone: () => void }) {
  const { value, onValueChange, options, searchPlaceholder = "Search…", emptyText = "Nothing found.", loading } = props;
  const [query, setQuery] = useState("");
  const custom = query.trim();
  const offerCustom = props.allowCustom && custom !== "" && !options.some((option) => option.value === custom);
  const choose = (next: string) => {
    onValueChange(next);
    onDone();
  };
  return (
    <Command label={props["aria-label"] ?? searchPlaceholder} className="flex flex-col">
      <Command.Input
        value={query}
        onValueChange={setQuery}
        placeholder={searchPlaceholder}
        data-focus="inset"
        className="h-control rounded-t-lg border-b border-line bg-transparent px-3 text-sm"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1">
        {loading ? (
          <Command.Loading>
            <div className="p-2">
              <Spinner label="Loading…" />
            </div>
          </Command.Loading>
        ) : (
          <Command.Empty className="px-2 py-3 text-sm text-muted">{emptyText}</Command.Empty>
        )}
        {groupOptions(options).map(({ group, options: members }) => (
          <Command.Group key={group} heading={group} className={groupClasses}>
            {members.map((option) => (
              <ComboboxItem key={option.value} option={option} chosen={option.value === value} onChoose={choose} />
            ))}
          </Command.Group>
        ))}
        {offerCustom ? (
          <Command.Item value={custom} forceMount onSelect={() => choose(custom)} className={itemClasses}>
            <Plus aria-hidden />
            <span className="truncate">Use “{custom}”</span>
          </Command.Item>
        ) : null}
      </Command.List>
    </Command>
  );
}

type ItemProps = { option: Option; chosen: boolean; onChoose: (value: string) => void };

function ComboboxItem({ option, chosen, onChoose }: ItemProps) {
  return (
    <Command.Item
      value={option.value}
      keywords={[option.label, ...(option.keywords ?? [])]}
      disabled={option.disabled}
      onSelect={() => onChoose(option.value)}
      className={itemClasses}
    >
      {option.icon}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{option.label}</span>
        {option.hint === undefined ? null : <span className="block truncate text-xs text-muted">{option.hint}</span>}
      </span>
      <Check aria-hidden className={cn("shrink-0", !chosen && "invisible")} />
    </Command.Item>
  );
}

export const groupClasses =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]:empty]:hidden";

export const itemClasses =
  "flex min-h-control-sm cursor-pointer items-center gap-2 rounded-md px-2 py-1 text-sm select-none data-[disabled=true]:opacity-55 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0";
