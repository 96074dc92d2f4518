"use client";
import { AppLink, Avatar, Badge, cn, IconButton, Tooltip } from "@djinnbot/ui";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { usePathname } from "next/navigation";
import { useOpenQuestions } from "@/features/approval/use-approvals.ts";
import { isWithin, NAV, type NavEntry } from "./nav.ts";

type SidebarProps = { tenantName: string; collapsed: boolean; onToggle: () => void };

/** The navigation at the left; hidden on a phone, where the same list opens as a sheet. */
export function Sidebar({ tenantName, collapsed, onToggle }: SidebarProps) {
  return (
    <aside
      className={cn(
        "sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line bg-sunken md:flex",
        collapsed ? "w-14" : "w-60",
      )}
    >
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3">
        <Avatar name={tenantName} size="md" />
        {collapsed ? (
          <span className="sr-only">{tenantName}</span>
        ) : (
          <span className="truncate text-sm font-semibold">{tenantName}</span>
        )}
      </div>
      <NavList collapsed={collapsed} />
      <div className={cn("border-t border-line p-2", collapsed && "flex justify-center")}>
        <IconButton
          label={collapsed ? "Widen the sidebar" : "Collapse the sidebar"}
          shortcut="["
          side="right"
          icon={collapsed ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
          onClick={onToggle}
        />
      </div>
    </aside>
  );
}

/** The entries themselves. */
export function NavList({ collapsed = false }: { collapsed?: boolean }) {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto p-2">
      {NAV.map((section) => (
        <div key={section.label ?? ""} className="mb-3">
          {section.label === null ? null : (
            <h2 className={cn("px-2 py-1 text-xs font-medium text-faint", collapsed && "sr-only")}>{section.label}</h2>
          )}
          {section.label !== null && collapsed ? <div className="mx-2 mb-2 h-px bg-line" /> : null}
          <ul className="flex flex-col gap-px">
            {section.entries.map((entry) => (
              <li key={entry.href}>
                <NavLink entry={entry} collapsed={collapsed} current={isWithin(path, entry.href)} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** Nothing while nobody waits. */
function OpenQuestions({ collapsed }: { collapsed: boolean }) {
  const count = useOpenQuestions();
  if (count === 0) {
    return null;
  }
  return collapsed ? (
    <span className="absolute top-1 right-1 size-2 rounded-full bg-warn">
      <span className="sr-only">{count} open</span>
    </span>
  ) : (
    <Badge tone="warn" aria-label={`${count} open`}>
      {count > 99 ? "99+" : count}
    </Badge>
  );
}

function NavLink({ entry, collapsed, current }: { entry: NavEntry; collapsed: boolean; current: boolean }) {
  const link = (
    <AppLink
      href={entry.href}
      aria-current={current ? "page" : undefined}
      data-focus="inset"
      className={cn(
        "relative flex h-control items-center gap-2.5 rounded-md text-sm transition-colors hover:bg-hover [&_svg]:size-4 [&_svg]:shrink-0",
        collapsed ? "justify-center" : "px-2",
        current ? "bg-hover font-medium text-fg" : "text-muted hover:text-fg",
      )}
    >
      <entry.icon aria-hidden className={cn(current && "text-accent-text")} />
      <span className={cn("flex-1 truncate", collapsed && "sr-only")}>{entry.label}</span>
      {entry.badge === "questions" ? <OpenQuestions collapsed={collapsed} /> : null}
    </AppLink>
  );
  if (!collapsed) {
    return link;
  }
  return (
    <Tooltip content={entry.label} side="right" {...(entry.shortcut === undefined ? {} : { shortcut: entry.shortcut })}>
      {link}
    </Tooltip>
  );
}
