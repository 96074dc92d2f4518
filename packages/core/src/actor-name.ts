import type { Tx } from "@djinnbot/db";
import type { Ctx } from "./ctx.ts";
import { userIdOf } from "./guard.ts";

/** Who the caller is to people who read of it: a person's name, or what an API key without a person is called. */
export async function actorName(tx: Tx, ctx: Pick<Ctx, "actor">): Promise<string> {
  const { actor } = ctx;
  const userId = userIdOf(actor);
  const user = userId === null ? null : await tx.user.findFirst({ where: { id: userId } });
  if (user) {
    return user.displayName ?? user.email;
  }
  if (actor.kind !== "apiKey") {
    return actor.kind === "service" ? actor.name : "somebody";
  }
  const key = await tx.apiKey.findFirst({ where: { id: actor.keyId }, select: { name: true } });
  return `API key ${key?.name ?? actor.keyId}`;
}
