/** Revokes an API key: from its next use on it is refused, on every replica. */
import { type apiKeys, notFound, type OutputOf } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";

/** One's own keys; who may change the tenant may revoke every person's. Throws NOT_FOUND. */
export async function revokeApiKey({
  ctx,
  input,
}: VerbArgs<typeof apiKeys.revoke>): Promise<OutputOf<typeof apiKeys.revoke>> {
  guard(ctx, "keys:write");
  const userId = userIdOf(ctx.actor);
  const anyones = ctx.scopes.has("tenant:write");
  await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const { count } = await tx.apiKey.updateMany({
      where: { id: input.keyId, kind: "user", isActive: true, ...(anyones ? {} : { userId: userId ?? "" }) },
      data: { isActive: false },
    });
    if (count === 0) {
      throw notFound("API key");
    }
    await audit(tx, ctx, { action: "apiKey.revoke", entity: "apiKey", entityId: input.keyId });
  });
  return { status: "revoked" };
}
