/** Decrypted provider keys of a tenant, for our own services only. */
import type { OutputOf, settings } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { secretBox } from "../crypto/secret-box.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { envVarOf, isCustomId } from "./catalogue.ts";
import { openExtra } from "./extra-config.ts";
import { keyPlace, providerRows } from "./provider-row.ts";

/** The tenant's own keys; a key of the platform never leaves the gateway. Every use is in the audit log. */
export async function allProviderKeys({
  ctx,
}: VerbArgs<typeof settings.allKeys>): Promise<OutputOf<typeof settings.allKeys>> {
  guard(ctx, "service");
  const rows = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const found = (await providerRows(tx)).filter((row) => row.tenantId !== null && row.enabled);
    const detail = { providers: found.map((row) => row.providerId) };
    await audit(tx, ctx, { action: "provider.readKeys", entity: "provider", entityId: null, detail });
    return found;
  });
  const box = secretBox(ctx.deps.config.secretEncryptionKey);
  const answer: OutputOf<typeof settings.allKeys> = { keys: {}, extra: {}, keySources: {} };
  for (const row of rows) {
    Object.assign(answer.extra, openExtra(box, row));
    if (isCustomId(row.providerId) && row.baseUrl !== null) {
      answer.extra[envVarOf(row.providerId, "BASE_URL")] = row.baseUrl;
    }
    if (row.encryptedApiKey !== null) {
      answer.keys[row.providerId] = box.open(row.encryptedApiKey, keyPlace(row.tenantId, row.providerId));
      answer.keySources[row.providerId] = { source: "tenant", maskedKey: row.maskedApiKey ?? "…" };
    }
  }
  return answer;
}
