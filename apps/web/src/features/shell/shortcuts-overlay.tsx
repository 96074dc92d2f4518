"use client";
import { Dialog, DialogContent, Kbd, Switch } from "@djinnbot/ui";
import { useRegistry } from "./registry.ts";
import { type Shortcut, setSingleKeys, shortcuts, useSingleKeys } from "./shortcuts.ts";

/** All shortcuts that work on this page. */
export function ShortcutsOverlay({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const singleKeys = useSingleKeys();
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Keyboard shortcuts" description="What the keyboard does on this page." size="lg">
        <div className="flex flex-col gap-5">
          <div className="gap-6 sm:columns-2">
            {grouped(useRegistry(shortcuts)).map(([group, entries]) => (
              <ShortcutGroup key={group} group={group} entries={entries} />
            ))}
          </div>
          <Switch
            label="Shortcuts of single keys"
            hint="Off leaves only those with the command key, for voice control and one-handed typing."
            checked={singleKeys}
            onCheckedChange={setSingleKeys}
          />
        </div>
      </DialogContent>
    </Dialog>
  );
}

function ShortcutGroup({ group, entries }: { group: string; entries: readonly Shortcut[] }) {
  return (
    <section className="mb-5 break-inside-avoid">
      <h3 className="mb-1 text-xs font-medium text-faint">{group}</h3>
      <dl>
        {entries.map((entry) => (
          <div
            key={entry.keys}
            className="flex items-center justify-between gap-4 border-b border-line py-1.5 text-sm last:border-b-0"
          >
            <dt>{entry.label}</dt>
            <dd>
              <Kbd keys={entry.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function grouped(entries: readonly Shortcut[]): [string, Shortcut[]][] {
  const groups = new Map<string, Map<string, Shortcut>>();
  for (const entry of entries) {
    const group = groups.get(entry.group) ?? new Map<string, Shortcut>();
    groups.set(entry.group, group.set(entry.keys, entry));
  }
  return [...groups].map(([group, members]) => [group, [...members.values()]]);
}
