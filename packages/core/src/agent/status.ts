import type { agents } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toConfig } from "./queries.ts";

/** What every agent does now, from the runs' open steps (through the engine's noun, not its tables). */
export async function agentStatuses({ ctx }: VerbArgs<typeof agents.status>) {
  guard(ctx, "agents:read");
  const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    tx.agent.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }], take: 1000 }),
  );
  const { items } = await ctx.services.steps.activity({});
  const list = rows.map((row) => {
    const mine = items.filter((item) => item.agentId === row.id || item.agentId === row.slug);
    const running = mine.find((item) => item.status === "running");
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      emoji: row.emoji,
      role: row.role,
      state: running ? ("working" as const) : ("idle" as const),
      currentWork: running ? { step: running.stepId, runId: running.runId } : null,
      queueLength: mine.filter((item) => item.status === "queued").length,
      lastActive: mine.reduce<number | null>((last, item) => Math.max(last ?? 0, item.at), null),
      lastPulse: null,
      pulseEnabled: toConfig(row).pulseEnabled,
      slackConnected: false,
    };
  });
  const working = list.filter((item) => item.state === "working").length;
  return {
    agents: list,
    summary: {
      total: list.length,
      idle: list.length - working,
      working,
      thinking: 0,
      totalQueued: list.reduce((sum, item) => sum + item.queueLength, 0),
    },
  };
}
