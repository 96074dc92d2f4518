"use client";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";
import { useRunEvents } from "@/trpc/use-run-events.ts";
import { trpc } from "@/trpc/client.ts";
export function Live() { useTenantEvents(() => {}); useRunEvents({ runId: "x", enabled: false, onEvent: () => {} }); const q = trpc.agents.list.useQuery({}); return <b>{q.data?.items.length}</b>; }
