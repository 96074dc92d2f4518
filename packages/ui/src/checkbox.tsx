"use client";
import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox } from "radix-ui";
import { type ReactNode, useId } from "react";
import { cn } from "./cn.ts";
import { useFieldControl } from "./field.tsx";

export type CheckboxProps = {
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
  label?: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
  id?: string;
  name?: string;
  "aria-label"?: string;
  className?: string;
};

/** A choice that takes effect on submit; one that takes effect at once is a Switch. */
export function Checkbox({ checked, onCheckedChange, label, hint, className, ...rest }: CheckboxProps) {
  const own = useId();
  const { "aria-required": _, ...aria } = useFieldControl({ id: rest.id });
  const id = aria.id ?? own;
  const box = (
    <RadixCheckbox.Root
      {...rest}
      {...aria}
      id={id}
      aria-describedby={hint === undefined ? aria["aria-describedby"] : `${own}-hint`}
      checked={checked}
      onCheckedChange={(next) => onCheckedChange(next === true)}
      className={cn(
        "flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-control bg-surface text-accent-fg transition-colors disabled:opacity-55 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent",
        label === undefined ? className : "mt-0.5",
      )}
    >
      <RadixCheckbox.Indicator>
        {checked === "indeterminate" ? (
          <Minus aria-hidden className="size-3.5" />
        ) : (
          <Check aria-hidden className="size-3.5" />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
  return label === undefined ? (
    box
  ) : (
    <Labelled control={box} id={id} own={own} label={label} hint={hint} className={className} />
  );
}

type LabelledProps = {
  control: ReactNode;
  id: string;
  own: string;
  label: ReactNode;
  hint?: ReactNode;
  className?: string;
};

/** A control with its label and hint to the right of it. */
export function Labelled({ control, id, own, label, hint, className }: LabelledProps) {
  return (
    <div className={cn("flex items-start gap-2", className)}>
      {control}
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm select-none">
          {label}
        </label>
        {hint === undefined ? null : (
          <p id={`${own}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
