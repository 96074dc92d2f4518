"use client";
import { CircleAlert } from "lucide-react";
import { createContext, type ReactNode, useContext, useId, useMemo } from "react";
import { cn } from "./cn.ts";
import { Label } from "./label.tsx";

type FieldContext = { id: string; describedBy: string | undefined; invalid: boolean; required: boolean };

const Context = createContext<FieldContext | null>(null);

export type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  required?: boolean;
  className?: string;
  children: ReactNode;
};

/** Label, control, hint and error as one; the control inside takes its id and aria attributes from here by context. */
export function Field({ label, hint, error, optional, required, className, children }: FieldProps) {
  const id = useId();
  const hasError = error !== undefined && error !== null && error !== false && error !== "";
  const hasHint = hint !== undefined && hint !== null;
  const describedBy =
    [hasHint ? `${id}-hint` : "", hasError ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  const context = useMemo(
    () => ({ id, describedBy, invalid: hasError, required: required ?? false }),
    [id, describedBy, hasError, required],
  );
  return (
    <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
      <Label htmlFor={id}>
        {label}
        {optional ? <span className="ml-1.5 font-normal text-faint">optional</span> : null}
      </Label>
      <Context.Provider value={context}>{children}</Context.Provider>
      {hasHint ? (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      ) : null}
      <p
        id={`${id}-error`}
        aria-live="polite"
        className={cn("flex items-start gap-1.5 text-xs text-danger", !hasError && "hidden")}
      >
        {hasError ? <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" /> : null}
        <span>{hasError ? error : null}</span>
      </p>
    </div>
  );
}

type ControlAttributes = {
  id?: string | undefined;
  required?: boolean | undefined;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | "true" | "false" | "grammar" | "spelling" | undefined;
};

/** The id and aria attributes a control should carry: its own where given, else those of the Field around it. */
export function useFieldControl(own: ControlAttributes) {
  const field = useContext(Context);
  return {
    id: own.id ?? field?.id,
    "aria-describedby": own["aria-describedby"] ?? field?.describedBy,
    "aria-invalid": own["aria-invalid"] ?? (field?.invalid || undefined),
    "aria-required": (own.required ?? field?.required) || undefined,
  };
}
