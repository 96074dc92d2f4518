/** What a session's programs may reach now: its tenant's rules, its agents', and the step it works on. */
import { type EgressRules, openSessionStatuses } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { type AgentRow, toConfig } from "../agent/queries.ts";
import type { Deps } from "../ctx.ts";
import { callersOf } from "../delegation/callers.ts";
import { readSettings } from "../settings/get.ts";
import type { DoorSession } from "./session-login.ts";

export interface SessionEgress {
  runId: string;
  /** The session's own agent. */
  agentId: string;
  tenant: EgressRules;
  /** Of its agent and, for an executor, of every agent that called it; those without rules of their own are left out. */
  agents: EgressRules[];
  step: { stepId: string; attempt: number; agentId: string | null } | null;
}

/** Null when the session is over, or an agent whose rules bind it was deleted. */
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
    const callers = await callersOf(tx, session.sourceId);
    const called = await tx.agent.findMany({ where: { slug: { in: callers.filter((slug) => slug !== null) } } });
    if (callers.some((slug) => !called.some((caller) => caller.slug === slug))) {
      return null;
    }
    const { egressMode, egressHosts } = await readSettings(tx);
    return {
      runId: session.sourceId,
      agentId: agent.id,
      tenant: { mode: egressMode, hosts: egressHosts },
      agents: [agent, ...called.filter(({ id }) => id !== agent.id)].flatMap(rulesOf),
      step,
    };
  });
}

function rulesOf(agent: AgentRow): EgressRules[] {
  const { egressMode: mode, egressHosts: hosts } = toConfig(agent);
  return mode === null ? [] : [{ mode, hosts }];
}
