/** What a session's programs may reach now: its tenant's rules, its agent's, and the step it works on. */
import { type EgressRules, openSessionStatuses } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { toConfig } from "../agent/queries.ts";
import type { Deps } from "../ctx.ts";
import { readSettings } from "../settings/get.ts";
import type { DoorSession } from "./session-login.ts";

export interface SessionEgress {
  runId: string;
  tenant: EgressRules;
  /** Null when the agent has no rules of its own. */
  agent: EgressRules | null;
  step: { stepId: string; attempt: number; agentId: string | null } | null;
}

/** Null when the session is over, or its agent was deleted. */
export async function readSessionEgress(
  { db }: Pick<Deps, "db">,
  { tenantId, sessionId }: DoorSession,
): Promise<SessionEgress | null> {
  return withTenant(db, tenantId, async (tx) => {
    const session = await tx.session.findFirst({
      where: { id: sessionId, status: { in: [...openSessionStatuses] } },
      select: { sourceId: true, agentId: true },
    });
    const agent = session && (await tx.agent.findFirst({ where: { id: session.agentId } }));
    if (!session?.sourceId || !agent) {
      return null;
    }
    const step = await tx.step.findFirst({
      where: { sessionId, status: "running" },
      select: { stepId: true, attempt: true, agentId: true },
    });
    const { egressMode, egressHosts } = await readSettings(tx);
    const own = toConfig(agent);
    return {
      runId: session.sourceId,
      tenant: { mode: egressMode, hosts: egressHosts },
      agent: own.egressMode === null ? null : { mode: own.egressMode, hosts: own.egressHosts },
      step,
    };
  });
}
