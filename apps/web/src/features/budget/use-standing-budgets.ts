"use client";
import { useMemo } from "react";
import { trpc } from "@/trpc/client.ts";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";

const most = 200;
/** Each call moves what is used, and no event of the team tells of calls. */
const oftenMs = 5000;
const seldomMs = 60_000;

/** Budgets of the team and of its agents, the team's first; up to date as their events come. `often` while they are looked at. */
export function useStandingBudgets({ often }: { often: boolean }) {
  const utils = trpc.useUtils();
  const options = { refetchInterval: often ? oftenMs : seldomMs, staleTime: often ? 0 : seldomMs };
  const team = trpc.budgets.list.useQuery({ scope: "tenant", limit: most }, options);
  const agents = trpc.budgets.list.useQuery({ scope: "agent", limit: most }, options);
  useTenantEvents((events) => {
    if (events.some(({ type }) => type.startsWith("BUDGET"))) {
      void utils.budgets.list.invalidate();
    }
  });
  const items = useMemo(
    () => (team.data && agents.data ? [...team.data.items, ...agents.data.items] : undefined),
    [team.data, agents.data],
  );
  const retry = () => {
    void team.refetch();
    void agents.refetch();
  };
  return { items, error: team.error ?? agents.error, retry };
}
