import {
  Bot,
  CircleDollarSign,
  Gauge,
  Hand,
  House,
  KeyRound,
  type LucideIcon,
  Network,
  Play,
  PlugZap,
  UserRound,
  Workflow,
} from "lucide-react";

export type NavEntry = {
  href: string;
  label: string;
  icon: LucideIcon;
  shortcut?: string;
  keywords?: string[];
  /** What the number beside it counts. */
  badge?: "questions";
};
export type NavSection = { label: string | null; entries: readonly NavEntry[] };

/** Every place of the app that stands in the sidebar and in the command palette. */
export const NAV: readonly NavSection[] = [
  {
    label: null,
    entries: [
      { href: "/", label: "Home", icon: House, shortcut: "g h" },
      { href: "/runs", label: "Runs", icon: Play, shortcut: "g r", keywords: ["history", "executions"] },
      {
        href: "/approvals",
        label: "Approvals",
        icon: Hand,
        shortcut: "g p",
        keywords: ["inbox", "questions", "decide", "gate"],
        badge: "questions",
      },
      { href: "/agents", label: "Agents", icon: Bot, shortcut: "g a", keywords: ["catalogue", "personas"] },
      { href: "/pipelines", label: "Pipelines", icon: Workflow, shortcut: "g l", keywords: ["yaml", "flow"] },
    ],
  },
  {
    label: "Settings",
    entries: [
      {
        href: "/settings/providers",
        label: "Providers",
        icon: PlugZap,
        shortcut: "g s",
        keywords: ["models", "settings", "openai", "anthropic", "key"],
      },
      {
        href: "/settings/budgets",
        label: "Budgets",
        icon: Gauge,
        shortcut: "g b",
        keywords: ["limits", "spend", "cost", "tokens", "settings"],
      },
      {
        href: "/settings/network",
        label: "Network",
        icon: Network,
        keywords: ["egress", "allowlist", "hosts", "firewall", "proxy", "internet", "settings"],
      },
      { href: "/settings/prices", label: "Prices", icon: CircleDollarSign, keywords: ["models", "cost", "settings"] },
      { href: "/settings/api-keys", label: "API keys", icon: KeyRound, keywords: ["tokens", "settings", "rest"] },
      { href: "/settings/profile", label: "Profile", icon: UserRound, keywords: ["password", "account", "settings"] },
    ],
  },
];

/** Whether a path lies within an entry; Home is only itself. */
export function isWithin(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
