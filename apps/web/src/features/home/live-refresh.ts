"use client";
import type { TenantEvent } from "@djinnbot/contracts";
import { useEffect, useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";
import { type Concern, concernsOf } from "./concerns.ts";

/** Several changes in a row are fetched once. */
const restMs = 250;

/** Keeps lists of runs, agents and providers up to date while mounted: what an event is about is fetched anew. */
export function useLiveRefresh(): void {
  const utils = trpc.useUtils();
  const waiting = useRef(new Set<Concern>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const refresh = () => {
    const concerns = [...waiting.current];
    waiting.current.clear();
    timer.current = undefined;
    const invalidate: Record<Concern, () => unknown> = {
      runs: () => [utils.runs.list.invalidate(), utils.runs.overview.invalidate(), utils.agents.status.invalidate()],
      agents: () => [utils.agents.list.invalidate(), utils.agents.status.invalidate()],
      providers: () => [utils.settings.providers.invalidate(), utils.settings.providerModels.invalidate()],
      budgets: () => utils.budgets.list.invalidate(),
      settings: () => utils.settings.get.invalidate(),
    };
    for (const concern of concerns) {
      invalidate[concern]();
    }
  };
  useTenantEvents(
    (events: readonly TenantEvent[]) => {
      for (const concern of concernsOf(events)) {
        waiting.current.add(concern);
      }
      if (waiting.current.size > 0) {
        timer.current ??= setTimeout(refresh, restMs);
      }
    },
    () => {
      waiting.current.add("runs");
      timer.current ??= setTimeout(refresh, restMs);
    },
  );
}
