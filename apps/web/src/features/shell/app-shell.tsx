"use client";
import { type CommandEntry, Sheet, SheetContent } from "@djinnbot/ui";
import { Keyboard, LogOut, Moon, PanelLeft, Rows3, Sun } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { type ReactNode, useEffect, useState } from "react";
import { setPalette } from "./commands.ts";
import { NAV } from "./nav.ts";
import { watchNetwork } from "./network.ts";
import { NetworkNotice } from "./network-notice.tsx";
import { applyDensity, readDensity, rememberSidebar } from "./preferences.ts";
import { watchRows } from "./row-memory.ts";
import { ShellPalette } from "./shell-palette.tsx";
import { useShortcut, useShortcutListener } from "./shortcuts.ts";
import { ShortcutsOverlay } from "./shortcuts-overlay.tsx";
import { NavList, Sidebar } from "./sidebar.tsx";
import { TopBar } from "./top-bar.tsx";
import type { Viewer } from "./viewer.tsx";

export type AppShellProps = {
  viewer: Viewer;
  /** Whether the sidebar was left as icons; read from the cookie by the server. */
  collapsed: boolean;
  /** Notices about the whole installation, above the page. */
  banners?: ReactNode;
  onSignOut: () => void;
  children: ReactNode;
};

/** What stands around every signed-in page: sidebar, top bar, palette, shortcuts, notices. */
export function AppShell({ viewer, collapsed: initial, banners, onSignOut, children }: AppShellProps) {
  const [collapsed, setCollapsed] = useState(initial);
  const [menuOpen, setMenuOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever the page changes
  useEffect(() => setMenuOpen(false), [path]);
  useEffect(watchNetwork, []);
  useEffect(watchRows, []);

  const toggleSidebar = () => {
    rememberSidebar(!collapsed);
    setCollapsed(!collapsed);
  };
  const showShortcuts = () => setHelpOpen(true);
  useShellShortcuts({ toggleSidebar, showShortcuts });

  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent p-2 text-sm text-accent-fg focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <Sidebar tenantName={viewer.tenantName} collapsed={collapsed} onToggle={toggleSidebar} />
      <Sheet open={menuOpen} onOpenChange={setMenuOpen}>
        <SheetContent side="left" size="sm" title={viewer.tenantName} className="max-w-72">
          <div className="-m-4">
            <NavList />
          </div>
        </SheetContent>
      </Sheet>
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar
          viewer={viewer}
          onOpenMenu={() => setMenuOpen(true)}
          onSignOut={onSignOut}
          onShowShortcuts={showShortcuts}
        />
        {banners}
        <main id="content" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          {children}
        </main>
      </div>
      <ShellPalette actions={useShellActions({ toggleSidebar, showShortcuts, onSignOut })} />
      <NetworkNotice />
      <ShortcutsOverlay open={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}

type ShellActs = { toggleSidebar: () => void; showShortcuts: () => void };

const PLACES = NAV.flatMap((section) => section.entries);

function useShellShortcuts({ toggleSidebar, showShortcuts }: ShellActs): void {
  useShortcutListener();
  useShortcut({ keys: "mod+k", label: "Command palette", group: "General", run: () => setPalette({ open: true }) });
  useShortcut({ keys: "?", label: "Keyboard shortcuts", group: "General", run: showShortcuts });
  useShortcut({ keys: "[", label: "Collapse or widen the sidebar", group: "General", run: toggleSidebar });
  const router = useRouter();
  for (const place of PLACES) {
    // The list is a constant of the module, so the hooks are always called in the same order.
    const go = { keys: place.shortcut ?? "", label: place.label, group: "Go to", run: () => router.push(place.href) };
    // biome-ignore lint/correctness/useHookAtTopLevel: see above
    useShortcut(go, place.shortcut !== undefined);
  }
}

function useShellActions({
  toggleSidebar,
  showShortcuts,
  onSignOut,
}: ShellActs & { onSignOut: () => void }): CommandEntry[] {
  const { resolvedTheme, setTheme } = useTheme();
  const dark = resolvedTheme === "dark";
  const switchDensity = () => {
    const compact = readDensity(document.documentElement.dataset.density) === "compact";
    applyDensity(compact ? "comfortable" : "compact");
  };
  return [
    {
      id: "do theme",
      label: dark ? "Use the light theme" : "Use the dark theme",
      icon: dark ? <Sun aria-hidden /> : <Moon aria-hidden />,
      keywords: ["theme", "dark", "light", "appearance"],
      onSelect: () => setTheme(dark ? "light" : "dark"),
    },
    {
      id: "do density",
      label: "Switch density",
      icon: <Rows3 aria-hidden />,
      keywords: ["compact"],
      onSelect: switchDensity,
    },
    {
      id: "do sidebar",
      label: "Collapse or widen the sidebar",
      icon: <PanelLeft aria-hidden />,
      shortcut: "[",
      onSelect: toggleSidebar,
    },
    {
      id: "do shortcuts",
      label: "Keyboard shortcuts",
      icon: <Keyboard aria-hidden />,
      shortcut: "?",
      onSelect: showShortcuts,
    },
    { id: "do sign-out", label: "Sign out", icon: <LogOut aria-hidden />, keywords: ["log out"], onSelect: onSignOut },
  ];
}
