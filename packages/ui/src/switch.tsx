"use client";
import { Switch as RadixSwitch } from "radix-ui";
import { useId } from "react";
import { type CheckboxProps, Labelled } from "./checkbox.tsx";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";

export type SwitchProps = Omit<CheckboxProps, "checked"> & { checked: boolean };

/** A choice that takes effect at once. */
export function Switch({ checked, onCheckedChange, label, hint, className, ...rest }: SwitchProps) {
  const own = useId();
  const { "aria-required": _, ...aria } = useFieldControl({ id: rest.id });
  const id = aria.id ?? own;
  const control = (
    <RadixSwitch.Root
      {...rest}
      {...aria}
      id={id}
      aria-describedby={hint === undefined ? aria["aria-describedby"] : `${own}-hint`}
      checked={checked}
      onCheckedChange={onCheckedChange}
      className={cn(
        "flex h-4.5 w-8 shrink-0 items-center rounded-full border border-line-control bg-sunken px-0.5 transition-colors disabled:opacity-55 data-[state=checked]:border-accent data-[state=checked]:bg-accent",
        label === undefined ? className : "mt-px",
      )}
    >
      <RadixSwitch.Thumb className="block size-3 rounded-full bg-line-control transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-accent-fg" />
    </RadixSwitch.Root>
  );
  return label === undefined ? (
    control
  ) : (
    <Labelled control={control} id={id} own={own} label={label} hint={hint} className={className} />
  );
}
