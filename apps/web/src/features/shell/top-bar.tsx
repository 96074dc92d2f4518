"use client";
import { IconButton, Kbd } from "@djinnbot/ui";
import { Menu, Search } from "lucide-react";
import { AppearanceMenu } from "./appearance-menu.tsx";
import { setPalette } from "./commands.ts";
import { ShellCrumbs } from "./crumbs.tsx";
import { LiveIndicator } from "./live-indicator.tsx";
import { ProfileMenu } from "./profile-menu.tsx";
import type { Viewer } from "./viewer.tsx";

type TopBarProps = { viewer: Viewer; onOpenMenu: () => void; onSignOut: () => void; onShowShortcuts: () => void };

/** Breadcrumb, live state, command palette, appearance, profile. */
export function TopBar({ viewer, onOpenMenu, onSignOut, onShowShortcuts }: TopBarProps) {
  return (
    <header className="sticky top-0 z-30 flex h-12 shrink-0 items-center gap-2 border-b border-line bg-bg px-3 lg:px-6">
      <IconButton label="Menu" icon={<Menu aria-hidden />} className="md:hidden" onClick={onOpenMenu} />
      <ShellCrumbs />
      <LiveIndicator />
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setPalette({ open: true })}
        className="flex h-control-sm shrink-0 items-center gap-2 rounded-md border border-line bg-surface px-2 text-xs text-muted transition-colors hover:bg-hover hover:text-fg max-sm:h-control max-sm:border-transparent max-sm:bg-transparent"
      >
        <Search aria-hidden className="size-4" />
        <span className="max-sm:sr-only">Search</span>
        <Kbd keys="mod+k" className="hidden sm:inline-flex" />
      </button>
      <AppearanceMenu />
      <ProfileMenu viewer={viewer} onSignOut={onSignOut} onShowShortcuts={onShowShortcuts} />
    </header>
  );
}
