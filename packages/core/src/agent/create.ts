import { type AgentDetail, type agents, newId, type PersonaFile, slugify } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import { orConflict } from "../conflict.ts";
import type { VerbArgs } from "../ctx.ts";
import { freeSlug } from "../free-slug.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { agentSlugs, personaColumns, toAgentDetail } from "./queries.ts";

/** A persona for an agent that came without one, so that it can work at once. */
function defaultIdentity(name: string, role: string | null | undefined, description: string): string {
  return [`- **Name:** ${name}`, `- **Role:** ${role ?? "AI colleague"}`, "", description].join("\n").trim();
}

/** Creates an agent. CONFLICT when the given slug is taken; a slug made from the name gets a number instead. */
export async function createAgent({ ctx, input }: VerbArgs<typeof agents.create>): Promise<AgentDetail> {
  guard(ctx, "agents:write");
  const files: Partial<Record<PersonaFile, string>> = {
    "IDENTITY.md": defaultIdentity(input.name, input.role, input.description),
    ...input.files,
  };
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [personaColumns[name as PersonaFile], text]),
  );
  return change(ctx, async (tx, messages) => {
    const slug = input.slug ?? (await freeSlug(slugify(input.name, "agent"), agentSlugs(tx)));
    const now = ctx.now();
    const row = await orConflict(`An agent with the slug "${slug}" exists already.`, () =>
      tx.agent.create({
        data: {
          id: newId("agent"),
          slug,
          name: input.name,
          emoji: input.emoji ?? null,
          role: input.role ?? null,
          description: input.description,
          model: input.model ?? null,
          ...texts,
          createdAt: now,
          updatedAt: now,
        },
      }),
    );
    await audit(tx, ctx, {
      action: "agent.create",
      entity: "agent",
      entityId: row.id,
      detail: { slug, name: row.name },
    });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_CREATED", agentId: row.id }));
    return toAgentDetail(row);
  });
}
