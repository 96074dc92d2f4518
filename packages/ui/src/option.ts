import type { ReactNode } from "react";

/** One choice of a Select or Combobox; options with the same `group` stand under one heading. */
export type Option = {
  value: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  group?: string;
  keywords?: string[];
  disabled?: boolean;
};

/** Options in their order, gathered under their groups; the group of ungrouped ones is an empty string. */
export function groupOptions(options: readonly Option[]): { group: string; options: Option[] }[] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const group = option.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups].map(([group, members]) => ({ group, options: members }));
}
