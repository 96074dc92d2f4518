import { type agents, newId, notFound, slugify } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import { orConflict } from "../conflict.ts";
import type { VerbArgs } from "../ctx.ts";
import { freeSlug } from "../free-slug.ts";
import { guard } from "../guard.ts";
import { jsonObject, stringRecord } from "../json.ts";
import { outbox } from "../outbox.ts";
import { agentSlugs, personaColumns, personaTexts, toAgentDetail } from "./queries.ts";

interface Source {
  slug: string;
  data: Omit<Prisma.AgentUncheckedCreateInput, "id" | "slug" | "tenantId" | "createdAt" | "updatedAt">;
}

/** An own agent comes before a template of the same slug. */
async function findSource(tx: Tx, ref: string): Promise<Source> {
  const own = await tx.agent.findFirst({ where: { OR: [{ id: ref }, { slug: ref }] } });
  if (own) {
    const texts = personaTexts(own);
    return {
      slug: own.slug,
      data: { ...common(own), configJson: jsonObject(own.configJson) as Prisma.InputJsonObject, ...columns(texts) },
    };
  }
  const template = await tx.agentTemplate.findFirst({ where: { OR: [{ id: ref }, { slug: ref }] } });
  if (!template) {
    throw notFound("Agent or template");
  }
  const config = jsonObject(template.configJson);
  return {
    slug: template.slug,
    data: {
      name: template.name,
      emoji: template.emoji,
      role: template.role,
      description: template.description,
      model: typeof config.model === "string" ? config.model : null,
      thinkingLevel: typeof config.thinkingLevel === "string" ? config.thinkingLevel : "off",
      pulseEnabled: config.pulseEnabled === true,
      configJson: config as Prisma.InputJsonObject,
      ...columns(stringRecord(template.files)),
    },
  };
}

function common(row: {
  name: string;
  emoji: string | null;
  role: string | null;
  description: string;
  model: string | null;
  thinkingLevel: string;
  pulseEnabled: boolean;
}) {
  const { name, emoji, role, description, model, thinkingLevel, pulseEnabled } = row;
  return { name, emoji, role, description, model, thinkingLevel, pulseEnabled };
}

function columns(texts: Record<string, string>) {
  return Object.fromEntries(Object.entries(personaColumns).map(([file, column]) => [column, texts[file] ?? null]));
}

/** Copies an own agent or a template of the catalogue; a slug that was not asked for gets a number when it is taken. */
export async function cloneAgent({ ctx, input }: VerbArgs<typeof agents.clone>) {
  guard(ctx, "agents:write");
  return change(ctx, async (tx, messages) => {
    const source = await findSource(tx, input.agentId);
    const wanted = input.name === undefined ? source.slug : slugify(input.name, source.slug);
    const slug = input.slug ?? (await freeSlug(wanted, agentSlugs(tx)));
    const now = ctx.now();
    const row = await orConflict(`An agent with the slug "${slug}" exists already.`, () =>
      tx.agent.create({
        data: {
          ...source.data,
          ...(input.name === undefined ? {} : { name: input.name }),
          id: newId("agent"),
          slug,
          createdAt: now,
          updatedAt: now,
        },
      }),
    );
    await audit(tx, ctx, {
      action: "agent.clone",
      entity: "agent",
      entityId: row.id,
      detail: { from: input.agentId, slug },
    });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_CREATED", agentId: row.id }));
    return toAgentDetail(row);
  });
}
