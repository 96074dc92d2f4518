/** Providers that the platform itself offers to every tenant: the operator's keys, or the demo model while there are none. */
import { newId, type ProviderWire } from "@djinnbot/contracts";
import type { SystemDb } from "@djinnbot/db/system";
import { secretBox } from "../crypto/secret-box.ts";
import { maskSecret } from "../settings/extra-config.ts";
import { keyPlace } from "../settings/provider-row.ts";

export interface PlatformProvider {
  providerId: string;
  name: string;
  wire: ProviderWire;
  /** May be a loopback address; null = the catalogue's. */
  baseUrl: string | null;
  apiKey: string | null;
  /** Replies are scripted, and labelled so wherever the provider is in use. */
  isDemo: boolean;
}

interface Target {
  system: SystemDb;
  secretEncryptionKey: string;
}

/** Makes the platform's providers exactly these; those of tenants stay. Safe to repeat, also from several replicas. */
export async function seedPlatformProviders(target: Target, providers: readonly PlatformProvider[]): Promise<void> {
  const ids = providers.map((provider) => provider.providerId);
  await target.system.pool.query("DELETE FROM model_providers WHERE tenant_id IS NULL AND NOT provider_id = ANY($1)", [
    ids,
  ]);
  for (const provider of providers) {
    await upsert(target, provider);
  }
}

async function upsert(target: Target, provider: PlatformProvider): Promise<void> {
  const { pool } = target.system;
  const { providerId, name, wire, baseUrl, apiKey, isDemo } = provider;
  const box = secretBox(target.secretEncryptionKey);
  await pool.query(
    `INSERT INTO model_providers (id, tenant_id, provider_id, name, wire, base_url, enabled, encrypted_api_key, masked_api_key, is_demo, created_at, updated_at)
     VALUES ($1, NULL, $2, $3, $9, $4, true, $5, $6, $7, $8, $8)
     ON CONFLICT (tenant_id, provider_id) DO UPDATE SET name = EXCLUDED.name, wire = EXCLUDED.wire, base_url = EXCLUDED.base_url, enabled = true,
       encrypted_api_key = EXCLUDED.encrypted_api_key, masked_api_key = EXCLUDED.masked_api_key,
       is_demo = EXCLUDED.is_demo, updated_at = EXCLUDED.updated_at`,
    [
      newId("provider"),
      providerId,
      name,
      baseUrl,
      apiKey === null ? null : box.seal(apiKey, keyPlace(null, providerId)),
      apiKey === null ? null : maskSecret(apiKey),
      isDemo,
      Date.now(),
      wire,
    ],
  );
}
