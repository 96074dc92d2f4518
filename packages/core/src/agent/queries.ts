/** What several agent verbs share: finding an agent, and its shape on the wire. */
import { type Agent, AgentConfig, type AgentDetail, idPrefix, notFound, type PersonaFile } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { jsonObject, num } from "../json.ts";

export type AgentRow = Prisma.AgentGetPayload<Record<string, never>>;

/** Column of each persona text. */
export const personaColumns = {
  "IDENTITY.md": "identityMd",
  "SOUL.md": "soulMd",
  "AGENTS.md": "agentsMd",
  "DECISION.md": "decisionMd",
} as const satisfies Record<PersonaFile, keyof AgentRow>;
const fileNames = Object.keys(personaColumns) as PersonaFile[];

/** By id or by slug. Throws NOT_FOUND, also for another tenant's agent (row-level security hides it). */
export async function getAgentOrFault(tx: Tx, ref: string): Promise<AgentRow> {
  const row = await tx.agent.findFirst({
    where: ref.startsWith(idPrefix.agent) ? { OR: [{ id: ref }, { slug: ref }] } : { slug: ref },
  });
  if (!row) {
    throw notFound("Agent");
  }
  return row;
}

/** As {@link getAgentOrFault}, for who writes what it has read: others wait, and it is read as the last of them has left it. */
export async function lockAgentOrFault(tx: Tx, ref: string): Promise<AgentRow> {
  const { id } = await getAgentOrFault(tx, ref);
  await tx.$executeRaw`SELECT 1 FROM agents WHERE id = ${id} FOR NO KEY UPDATE`;
  return getAgentOrFault(tx, id);
}

export function personaTexts(row: AgentRow): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of fileNames) {
    const text = row[personaColumns[name]];
    if (text !== null && text !== "") {
      texts[name] = text;
    }
  }
  return texts;
}

/** A row as lists show it. */
export function toAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    tenantId: row.tenantId,
    slug: row.slug,
    name: row.name,
    emoji: row.emoji,
    role: row.role,
    description: row.description,
    status: row.status === "disabled" ? "disabled" : "active",
    model: row.model,
    thinkingLevel: toConfig(row).thinkingLevel,
    personaFiles: Object.keys(personaTexts(row)) as PersonaFile[],
    slackConnected: false,
    memoryCount: 0,
    createdAt: num(row.createdAt),
    updatedAt: num(row.updatedAt),
  };
}

/** A row with its persona texts. */
export function toAgentDetail(row: AgentRow): AgentDetail {
  return { ...toAgent(row), files: personaTexts(row), soulPreview: (row.soulMd ?? "").slice(0, 280) };
}

/** The configuration with defaults; columns come before the JSON, because lists show them. */
export function toConfig(row: AgentRow): AgentConfig {
  const stored = {
    ...jsonObject(row.configJson),
    model: row.model,
    thinkingLevel: row.thinkingLevel,
    pulseEnabled: row.pulseEnabled,
  };
  return AgentConfig.parse(stored);
}

/** Slugs of the tenant's agents, as `freeSlug` asks for them. */
export function agentSlugs(tx: Tx): (start: string) => Promise<string[]> {
  return async (start) => {
    const rows = await tx.agent.findMany({ where: { slug: { startsWith: start } }, select: { slug: true } });
    return rows.map((row) => row.slug);
  };
}
