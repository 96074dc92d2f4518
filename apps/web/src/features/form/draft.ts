"use client";
import { useEffect, useRef } from "react";
import type { FieldValues, Path, PathValue, UseFormReturn } from "react-hook-form";

type DraftOptions<V> = {
  /** Where the draft is kept; one per form and thing. */
  key: string;
  /** Fields that are never written down: passwords and keys. */
  secret?: readonly (keyof V & string)[];
};

const prefix = "djinn_draft:";

/**
 * Keeps what is typed into a form through reloads and the end of a sign-in, in this tab only. Returns a function that
 * forgets the draft, to be called once the form was accepted.
 */
export function useFormDraft<V extends FieldValues, O>(
  form: UseFormReturn<V, unknown, O>,
  { key, secret = [] }: DraftOptions<V>,
): () => void {
  const hidden = useRef(secret);
  useEffect(() => {
    for (const [name, value] of Object.entries(readDraft(key))) {
      if (name in form.getValues() && !hidden.current.includes(name)) {
        form.setValue(name as Path<V>, value as PathValue<V, Path<V>>, { shouldDirty: true });
      }
    }
    return form.subscribe({
      formState: { values: true },
      callback: ({ values, type }) => {
        if (type === "change") {
          writeDraft(key, withoutSecrets(values, hidden.current));
        }
      },
    });
  }, [form, key]);
  return () => forgetDraft(key);
}

/** What was typed and not yet accepted; empty when there is nothing, or nothing readable. */
export function readDraft(key: string): Record<string, unknown> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(prefix + key) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A full or forbidden storage only means that nothing is kept. */
export function writeDraft(key: string, values: object): void {
  try {
    sessionStorage.setItem(prefix + key, JSON.stringify(values));
  } catch {}
}

export function forgetDraft(key: string): void {
  try {
    sessionStorage.removeItem(prefix + key);
  } catch {}
}

function withoutSecrets(values: object, secret: readonly string[]): object {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !secret.includes(name)));
}
