"use client";
import { type CommandEntry, CommandPalette } from "@djinnbot/ui";
import { Bot, Play, Workflow } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useMemo } from "react";
import { type CommandGroup, commandGroups, setPalette, usePalette } from "./commands.ts";
import { NAV } from "./nav.ts";
import { useRegistry } from "./registry.ts";

/** The command palette: what the page offers first, then what can be begun, every place of the app and what the shell can do, then what was found. */
export function ShellPalette({ actions }: { actions: readonly CommandEntry[] }) {
  const { open } = usePalette();
  const offered = useRegistry(commandGroups);
  const places = usePlaces();
  const groups = merged([
    ...offered.filter(({ found }) => !found),
    { heading: "New", items: useNew() },
    { heading: "Go to", items: places },
    { heading: "Do", items: actions },
    ...offered.filter(({ found }) => found),
  ]);
  return (
    <CommandPalette
      open={open}
      onOpenChange={(next) => setPalette({ open: next })}
      groups={groups}
      onQueryChange={(query) => setPalette({ query })}
      loading={offered.some((group) => group.loading)}
    />
  );
}

const NEW = [
  { label: "New run", href: "/runs?dialog=new", icon: Play },
  { label: "New agent", href: "/agents?dialog=new", icon: Bot },
  { label: "New pipeline", href: "/pipelines?dialog=new", icon: Workflow },
];

function useNew(): CommandEntry[] {
  const router = useRouter();
  return useMemo(
    () =>
      NEW.map(({ label, href, icon: Icon }) => ({
        id: `new ${href}`,
        label,
        icon: <Icon aria-hidden />,
        keywords: ["create", "start"],
        onSelect: () => router.push(href),
      })),
    [router],
  );
}

function usePlaces(): CommandEntry[] {
  const router = useRouter();
  return useMemo(
    () =>
      NAV.flatMap((section) =>
        section.entries.map((entry) => ({
          id: `go ${entry.href}`,
          label: entry.label,
          icon: (<entry.icon aria-hidden />) as ReactNode,
          onSelect: () => router.push(entry.href),
          ...(section.label === null ? {} : { hint: section.label }),
          ...(entry.shortcut === undefined ? {} : { shortcut: entry.shortcut }),
          ...(entry.keywords === undefined ? {} : { keywords: entry.keywords }),
        })),
      ),
    [router],
  );
}

/** Several parts of a page may offer entries under one heading. */
function merged(groups: readonly CommandGroup[]): CommandGroup[] {
  const byHeading = new Map<string, CommandEntry[]>();
  for (const group of groups) {
    byHeading.set(group.heading, [...(byHeading.get(group.heading) ?? []), ...group.items]);
  }
  return [...byHeading].map(([heading, items]) => ({ heading, items })).filter((group) => group.items.length > 0);
}
