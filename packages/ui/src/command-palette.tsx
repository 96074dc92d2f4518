"use client";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { cn } from "./cn.ts";
import { groupClasses, itemClasses } from "./combobox.tsx";
import { overlayClasses } from "./dialog.tsx";
import { Kbd } from "./kbd.tsx";
import { rankCommands } from "./rank-commands.ts";
import { Spinner } from "./spinner.tsx";

export type CommandEntry = {
  id: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  keywords?: string[];
  shortcut?: string;
  onSelect: () => void;
};

export type CommandPaletteProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly { heading: string; items: readonly CommandEntry[] }[];
  onQueryChange?: (query: string) => void;
  loading?: boolean;
  placeholder?: string;
};

/** Go to, do and search everything from the keyboard. Choosing an entry closes the palette first, then acts. */
export function CommandPalette({ open, onOpenChange, ...body }: CommandPaletteProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={overlayClasses} />
        <RadixDialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 mx-auto flex max-h-[80dvh] max-w-xl flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-pop animate-in fade-in-0 sm:top-[12vh]"
        >
          <RadixDialog.Title className="sr-only">Command palette</RadixDialog.Title>
          <PaletteBody {...body} onClose={() => onOpenChange(false)} />
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

type PaletteBodyProps = Omit<CommandPaletteProps, "open" | "onOpenChange"> & { onClose: () => void };

function PaletteBody(props: PaletteBodyProps) {
  const { groups, onQueryChange, loading, placeholder = "Go to, do, search…", onClose } = props;
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState("");
  const ranked = rankCommands(groups, query);
  const ids = ranked.flatMap((group) => group.items.map((entry) => entry.id));
  const type = (next: string) => {
    setQuery(next);
    setChosen("");
    onQueryChange?.(next);
  };
  const choose = (entry: CommandEntry) => {
    onClose();
    entry.onSelect();
  };
  return (
    <Command
      label="Command palette"
      loop
      shouldFilter={false}
      value={ids.includes(chosen) ? chosen : (ids[0] ?? "")}
      onValueChange={setChosen}
      className="flex min-h-0 flex-col"
    >
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <Command.Input
          value={query}
          placeholder={placeholder}
          onValueChange={type}
          className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none"
        />
        {loading ? <Spinner className="text-faint" /> : <Kbd keys="esc" />}
      </div>
      <Command.List className="min-h-0 overflow-y-auto p-1">
        {loading ? null : (
          <Command.Empty className="px-3 py-6 text-center text-sm text-muted">Nothing found.</Command.Empty>
        )}
        {ranked.map((group) => (
          <Command.Group key={group.heading} heading={group.heading} className={groupClasses}>
            {group.items.map((entry) => (
              <PaletteItem key={entry.id} entry={entry} onChoose={choose} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function PaletteItem({ entry, onChoose }: { entry: CommandEntry; onChoose: (entry: CommandEntry) => void }) {
  return (
    <Command.Item value={entry.id} onSelect={() => onChoose(entry)} className={cn(itemClasses, "min-h-control")}>
      <span className="flex text-faint">{entry.icon}</span>
      <span className="truncate">{entry.label}</span>
      {entry.hint === undefined ? null : <span className="shrink-1000 truncate text-xs text-muted">{entry.hint}</span>}
      {entry.shortcut === undefined ? null : <Kbd keys={entry.shortcut} className="ml-auto" />}
    </Command.Item>
  );
}
