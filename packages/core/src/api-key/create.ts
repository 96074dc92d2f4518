/** Creates an API key; the key itself is in this answer and nowhere else. */
import { type apiKeys, Fault, grantableScopes, newId, type OutputOf } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { newToken } from "../crypto/token.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";
import { toApiKey } from "./row.ts";

const dayMs = 24 * 3_600_000;

/** Throws FORBIDDEN for permissions the caller does not hold, and for callers that are no person's. */
export async function createApiKey({
  ctx,
  input,
}: VerbArgs<typeof apiKeys.create>): Promise<OutputOf<typeof apiKeys.create>> {
  guard(ctx, "keys:write");
  const userId = userIdOf(ctx.actor);
  if (userId === null) {
    throw new Fault("FORBIDDEN", "Only a person can make an API key.");
  }
  const own = grantableScopes.filter((scope) => ctx.scopes.has(scope));
  const scopes = [...new Set(input.scopes ?? own)];
  const missing = scopes.find((scope) => !own.includes(scope as (typeof own)[number]));
  if (missing !== undefined) {
    throw new Fault("FORBIDDEN", `You cannot give a key the permission ${missing}: you do not hold it.`);
  }
  const key = newToken("userKey");
  const now = ctx.now();
  const row = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const made = await tx.apiKey.create({
      data: {
        id: newId("apiKey"),
        kind: "user",
        userId,
        name: input.name,
        keyHash: key.hash,
        keyPrefix: key.shown,
        scopes,
        expiresAt: input.expiresInDays === undefined ? null : now + input.expiresInDays * dayMs,
        createdAt: now,
      },
    });
    const detail = { name: input.name, scopes };
    await audit(tx, ctx, { action: "apiKey.create", entity: "apiKey", entityId: made.id, detail });
    return made;
  });
  return { ...toApiKey(row), key: key.token };
}
