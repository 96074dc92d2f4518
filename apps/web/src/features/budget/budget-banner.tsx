"use client";
import { Banner, TextLink } from "@djinnbot/ui";
import { usePathname } from "next/navigation";
import { useEffect, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { useMay } from "../shell/viewer.tsx";
import { budgetNotice } from "./budget-words.ts";
import { useStandingBudgets } from "./use-standing-budgets.ts";

const budgetsPath = "/settings/budgets";

/** Above every page once a budget is nearly or wholly used up; a warning can be put away, a stop cannot. */
export function BudgetBanner() {
  // After the first paint only: what the server rendered knows nothing of budgets.
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const path = usePathname();
  return ready && path !== budgetsPath ? <Notice /> : null;
}

function Notice() {
  const mayChange = useMay("settings:write");
  const budgets = useStandingBudgets({ often: false });
  const needed = budgets.items?.some(({ scope, usage }) => scope === "agent" && usage.state !== "ok") ?? false;
  const agents = trpc.agents.list.useQuery({ limit: 200 }, { enabled: needed });
  const [hidden, setHidden] = useState<string | null>(null);
  const notice = budgetNotice(budgets.items ?? [], agents.data?.items ?? []);
  if (notice === null || notice.title === hidden) {
    return null;
  }
  const { tone, title, text } = notice;
  return (
    <div role="status">
      <Banner flush tone={tone} title={title} {...(tone === "warn" ? { onDismiss: () => setHidden(title) } : {})}>
        {text} <TextLink href={budgetsPath}>{mayChange ? "Change it" : "Show it"}</TextLink>
      </Banner>
    </div>
  );
}
