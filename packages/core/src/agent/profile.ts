/** What an engine needs to know of an agent before it starts a step for it. */
import type { AgentConfig, AgentDetail } from "@djinnbot/contracts";
import { type Db, withTenant } from "@djinnbot/db";
import { toAgentDetail, toConfig } from "./queries.ts";

export interface AgentProfile {
  agent: AgentDetail;
  config: AgentConfig;
  colleagues: { name: string; role: string | null; slug: string }[];
}

/** As many as an agent is told of. */
const maxColleagues = 50;

/** By slug; null when the tenant has no such agent, or has disabled it. */
export function findAgentProfile(db: Db, tenantId: string, slug: string): Promise<AgentProfile | null> {
  return withTenant(db, tenantId, async (tx) => {
    const row = await tx.agent.findFirst({ where: { slug, status: { not: "disabled" } } });
    if (!row) {
      return null;
    }
    const colleagues = await tx.agent.findMany({
      where: { id: { not: row.id }, status: { not: "disabled" } },
      select: { name: true, role: true, slug: true },
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: maxColleagues,
    });
    return { agent: toAgentDetail(row), config: toConfig(row), colleagues };
  });
}
