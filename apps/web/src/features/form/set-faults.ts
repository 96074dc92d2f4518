import { toDjinnError } from "@djinnbot/client";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { explainFault } from "./explain-fault.ts";
import { fieldFaults } from "./field-faults.ts";

/**
 * Puts what the server refused at the fields it is about; the rest goes to `root.server`, which `RootFault` shows.
 * `conflict` and `forbidden` name the fields that faults of these codes are about.
 */
export function setFaults<V extends FieldValues, O>(
  form: UseFormReturn<V, unknown, O>,
  error: unknown,
  options: { conflict?: Path<V>; forbidden?: Path<V> } = {},
): void {
  const fault = toDjinnError(error);
  const meant =
    fault.code === "CONFLICT" ? options.conflict : fault.code === "FORBIDDEN" ? options.forbidden : undefined;
  if (meant !== undefined) {
    form.setError(meant, { type: "server", message: fault.message }, { shouldFocus: true });
    return;
  }
  const { fields, rest } = fieldFaults(fault.details, Object.keys(form.getValues()));
  for (const [name, message] of fields) {
    form.setError(name as Path<V>, { type: "server", message }, { shouldFocus: true });
  }
  if (fields.length === 0 || rest.length > 0) {
    const { why, fix } = explainFault(fault);
    const text = [rest[0] ?? why, fix, fault.requestId && `Request ${fault.requestId}.`].filter(Boolean).join(" ");
    form.setError("root.server", { type: fault.code, message: text });
  }
}
