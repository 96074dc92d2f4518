"use client";
import { Breadcrumbs, type Crumb } from "@djinnbot/ui";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { isWithin, NAV } from "./nav.ts";
import { createRegistry, useRegistry } from "./registry.ts";

const registry = createRegistry<readonly Crumb[]>();

/** Sets the breadcrumb while mounted. Without it the entry of the sidebar that holds the page is shown. */
export function PageCrumbs({ items }: { items: readonly Crumb[] }) {
  const key = JSON.stringify(items);
  useEffect(() => registry.add(JSON.parse(key)), [key]);
  return null;
}

/** The breadcrumb of the top bar. */
export function ShellCrumbs() {
  const path = usePathname();
  const set = useRegistry(registry);
  return <Breadcrumbs items={set.at(-1) ?? crumbsOf(path)} className="flex-1" />;
}

function crumbsOf(path: string): Crumb[] {
  for (const section of NAV) {
    const entry = section.entries.find((candidate) => isWithin(path, candidate.href));
    if (entry) {
      return [...(section.label === null ? [] : [{ label: section.label }]), { label: entry.label, href: entry.href }];
    }
  }
  return [];
}
