/** Who is calling. */
import { type auth, notFound, type OutputOf } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { actorId, guard, userIdOf } from "../guard.ts";
import { toUser } from "./tokens.ts";

/** The user, or the key or service that calls, with its scopes. NOT_FOUND when the user is gone. */
export async function me({ ctx }: VerbArgs<typeof auth.me>): Promise<OutputOf<typeof auth.me>> {
  guard(ctx, "self:read");
  const scopes = [...ctx.scopes];
  const userId = userIdOf(ctx.actor);
  if (userId === null) {
    return {
      id: actorId(ctx.actor) ?? "anonymous",
      tenantId: ctx.tenantId,
      email: null,
      displayName: null,
      role: null,
      isAdmin: false,
      isService: ctx.actor.kind === "service",
      totpEnabled: false,
      slackId: null,
      scopes,
    };
  }
  const row = await withTenant(ctx.deps.db, ctx.tenantId, (tx) => tx.user.findUnique({ where: { id: userId } }));
  if (!row) {
    throw notFound("User");
  }
  return { ...toUser(row), isService: false, scopes };
}
