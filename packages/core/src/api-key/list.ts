/** API keys of the tenant that the caller made, newest first. */
import type { ApiKey, apiKeys } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";
import { toApiKey } from "./row.ts";

/** At most 200, without their secrets; empty for a caller that is no user. FORBIDDEN without the scope `keys:read`. */
export async function listApiKeys({ ctx }: VerbArgs<typeof apiKeys.list>): Promise<ApiKey[]> {
  guard(ctx, "keys:read");
  const userId = userIdOf(ctx.actor);
  if (userId === null) {
    return [];
  }
  const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    tx.apiKey.findMany({ where: { kind: "user", userId, isActive: true }, orderBy: { createdAt: "desc" }, take: 200 }),
  );
  return rows.map(toApiKey);
}
