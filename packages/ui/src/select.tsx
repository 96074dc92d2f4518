"use client";
import { Check, ChevronDown } from "lucide-react";
import { Select as RadixSelect } from "radix-ui";
import type { Ref } from "react";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";
import { controlClasses } from "./input.tsx";
import { groupOptions, type Option } from "./option.ts";

export type SelectProps = {
  value: string | undefined;
  onValueChange: (value: string) => void;
  options: readonly Option[];
  placeholder?: string;
  size?: "sm" | "md";
  disabled?: boolean;
  id?: string;
  name?: string;
  "aria-label"?: string;
  className?: string;
};

/** One choice out of a short list; for long or searchable lists use Combobox. */
export function Select({ ref, ...props }: SelectProps & { ref?: Ref<HTMLButtonElement> }) {
  const { value, onValueChange, options, placeholder = "Choose…", size = "md", disabled, name, className } = props;
  const { "aria-required": _, ...aria } = useFieldControl(props);
  return (
    <RadixSelect.Root value={value ?? ""} onValueChange={onValueChange} disabled={disabled} name={name}>
      <RadixSelect.Trigger
        ref={ref}
        {...aria}
        aria-label={props["aria-label"]}
        className={cn(
          controlClasses,
          "inline-flex items-center justify-between gap-2 px-2.5 data-placeholder:text-faint",
          size === "sm" ? "h-control-sm text-xs" : "h-control",
          className,
        )}
      >
        <span className="truncate">
          <RadixSelect.Value placeholder={placeholder} />
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border border-line bg-surface shadow-pop animate-in fade-in-0"
        >
          <RadixSelect.Viewport className="p-1">
            {groupOptions(options).map(({ group, options: members }) => (
              <RadixSelect.Group key={group}>
                {group === "" ? null : (
                  <RadixSelect.Label className="px-2 py-1 text-xs text-faint">{group}</RadixSelect.Label>
                )}
                {members.map((option) => (
                  <SelectItem key={option.value} option={option} />
                ))}
              </RadixSelect.Group>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
}

function SelectItem({ option }: { option: Option }) {
  return (
    <RadixSelect.Item
      value={option.value}
      disabled={option.disabled}
      className="relative flex min-h-control-sm cursor-pointer items-center gap-2 rounded-md py-1 pr-8 pl-2 text-sm outline-none select-none data-disabled:opacity-55 data-highlighted:bg-hover [&_svg]:size-4"
    >
      {option.icon}
      <span className="min-w-0">
        <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
        {option.hint === undefined ? null : <span className="block text-xs text-muted">{option.hint}</span>}
      </span>
      <RadixSelect.ItemIndicator className="absolute right-2">
        <Check aria-hidden />
      </RadixSelect.ItemIndicator>
    </RadixSelect.Item>
  );
}
