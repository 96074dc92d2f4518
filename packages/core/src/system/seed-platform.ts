/** The provider that the platform itself offers to every tenant: the demo model, so that a new installation works without a key. */
import { newId } from "@djinnbot/contracts";
import type { SystemDb } from "@djinnbot/db/system";
import { secretBox } from "../crypto/secret-box.ts";
import { maskSecret } from "../settings/extra-config.ts";
import { keyPlace } from "../settings/provider-row.ts";

export interface PlatformProvider {
  providerId: string;
  name: string;
  /** OpenAI-compatible; may be a loopback address. */
  baseUrl: string;
  apiKey: string | null;
  /** Replies are scripted, and labelled so wherever the provider is in use. */
  isDemo: boolean;
}

/** Makes the demo model exactly this one, or none; other rows of the platform stay. Safe to repeat, also from several replicas. */
export async function seedPlatformProvider(
  target: { system: SystemDb; secretEncryptionKey: string },
  provider: PlatformProvider | null,
): Promise<void> {
  const { pool } = target.system;
  if (!provider) {
    await pool.query("DELETE FROM model_providers WHERE tenant_id IS NULL AND is_demo");
    return;
  }
  const { providerId, name, baseUrl, apiKey, isDemo } = provider;
  const box = secretBox(target.secretEncryptionKey);
  await pool.query("DELETE FROM model_providers WHERE tenant_id IS NULL AND is_demo AND provider_id <> $1", [
    providerId,
  ]);
  await pool.query(
    `INSERT INTO model_providers (id, tenant_id, provider_id, name, wire, base_url, enabled, encrypted_api_key, masked_api_key, is_demo, created_at, updated_at)
     VALUES ($1, NULL, $2, $3, 'openai-compatible', $4, true, $5, $6, $7, $8, $8)
     ON CONFLICT (tenant_id, provider_id) DO UPDATE SET name = EXCLUDED.name, base_url = EXCLUDED.base_url, enabled = true,
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
    ],
  );
}
