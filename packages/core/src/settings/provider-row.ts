/** Rows of `model_providers`: the tenant's own, else the platform's, and what the contract shows of them. */
import { Fault, type Provider, ProviderWire } from "@djinnbot/contracts";
import type { Db, Prisma, Tx } from "@djinnbot/db";
import { tenantPipeline } from "@djinnbot/db";
import { secretBox } from "../crypto/secret-box.ts";
import type { CoreConfig, Deps } from "../ctx.ts";
import { catalogueEntry, defaultWire, envVarOf, extraFields, isCustomId, staticModels } from "./catalogue.ts";
import { openExtra, showExtra } from "./extra-config.ts";

export interface ProviderRow {
  id: string;
  tenantId: string | null;
  providerId: string;
  name: string | null;
  wire: string | null;
  baseUrl: string | null;
  enabled: boolean;
  encryptedApiKey: string | null;
  maskedApiKey: string | null;
  extraConfig: Prisma.JsonValue | null;
  isDemo: boolean;
}

/** Where a provider's key belongs; see {@link secretBox}. */
export function keyPlace(tenantId: string | null, providerId: string) {
  return { tenantId, purpose: `provider-key:${providerId}` };
}

/** A provider that can be called now. `apiKey` is null for an endpoint that wants none. */
export interface UsableProvider {
  providerId: string;
  name: string;
  wire: ProviderWire;
  /** Without a slash at the end. */
  baseUrl: string;
  apiKey: string | null;
  maskedApiKey: string | null;
  source: "tenant" | "platform";
  isDemo: boolean;
  /** Models that may be called; null = all. */
  allowedModels: readonly string[] | null;
}

/** Rows of one provider that the tenant can see; its own first. */
export async function providerRows(tx: Tx, providerId?: string): Promise<ProviderRow[]> {
  const rows = await tx.modelProvider.findMany({
    where: providerId === undefined ? {} : { providerId },
    orderBy: [{ tenantId: { sort: "asc", nulls: "last" } }, { providerId: "asc" }],
  });
  return rows;
}

/** The same without Prisma, for model calls and steps that begin. */
async function readProviderRows(db: Db, tenantId: string, providerId: string): Promise<ProviderRow[]> {
  const [rows = []] = await tenantPipeline(db, tenantId, [
    {
      name: "provider-rows",
      text: `SELECT id, tenant_id AS "tenantId", provider_id AS "providerId", name, wire, base_url AS "baseUrl", enabled,
                    encrypted_api_key AS "encryptedApiKey", masked_api_key AS "maskedApiKey", extra_config AS "extraConfig",
                    is_demo AS "isDemo"
               FROM model_providers WHERE provider_id = $1 ORDER BY tenant_id NULLS LAST`,
      values: [providerId],
    },
  ]);
  return rows as ProviderRow[];
}

/**
 * The row that counts among those of one provider: the tenant's own when it is complete, else the platform's. A tenant that
 * switches a provider off has none, whatever the platform offers.
 */
export function chooseRow(rows: readonly ProviderRow[]): { row: ProviderRow; source: "tenant" | "platform" } | null {
  const own = rows.find((row) => row.tenantId !== null);
  if (own && !own.enabled) {
    return null;
  }
  if (own && (own.encryptedApiKey !== null || isCustomId(own.providerId))) {
    return { row: own, source: "tenant" };
  }
  const platform = rows.find((row) => row.tenantId === null && row.enabled);
  return platform ? { row: platform, source: "platform" } : null;
}

/** The provider with its key in the clear, for the gateway only. Null when the tenant has no way to call it. */
export async function usableProvider(
  deps: Pick<Deps, "db" | "config">,
  tenantId: string,
  providerId: string,
): Promise<UsableProvider | null> {
  const rows = await readProviderRows(deps.db, tenantId, providerId);
  const chosen = chooseRow(rows);
  return chosen ? toUsable(deps.config, chosen) : null;
}

/** Throws PRECONDITION when the row has no address. */
export function toUsable(
  config: Pick<CoreConfig, "secretEncryptionKey">,
  { row, source }: { row: ProviderRow; source: "tenant" | "platform" },
): UsableProvider {
  const entry = catalogueEntry(row.providerId);
  const baseUrl = row.baseUrl ?? entry?.baseUrl;
  if (!baseUrl) {
    throw new Fault(
      "PRECONDITION",
      `The provider ${row.providerId} needs a base URL. Set it under Settings → Providers.`,
    );
  }
  const box = secretBox(config.secretEncryptionKey);
  const apiKey =
    row.encryptedApiKey === null ? null : box.open(row.encryptedApiKey, keyPlace(row.tenantId, row.providerId));
  const allowed = openExtra(box, row)
    .ALLOWED_MODELS?.split(",")
    .map((model) => model.trim());
  const allowedModels = allowed?.filter((model) => model !== "") ?? [];
  return {
    providerId: row.providerId,
    name: row.name ?? entry?.name ?? row.providerId,
    wire: wireOf(row),
    baseUrl: baseUrl.replace(/\/+$/, ""),
    apiKey,
    maskedApiKey: row.maskedApiKey,
    source,
    isDemo: row.isDemo,
    allowedModels: allowedModels.length === 0 ? null : allowedModels,
  };
}

/** What an engine needs to know before it starts a step: is there a way to call the provider, and how does it speak? */
export async function findProvider(
  deps: Pick<Deps, "db">,
  tenantId: string,
  providerId: string,
): Promise<{
  providerId: string;
  name: string;
  wire: ProviderWire;
  source: "tenant" | "platform";
  isDemo: boolean;
} | null> {
  const chosen = chooseRow(await readProviderRows(deps.db, tenantId, providerId));
  if (!chosen) {
    return null;
  }
  const { row, source } = chosen;
  const name = row.name ?? catalogueEntry(providerId)?.name ?? providerId;
  return { providerId, name, wire: wireOf(row), source, isDemo: row.isDemo };
}

function wireOf(row: Pick<ProviderRow, "wire" | "providerId">): ProviderWire {
  return ProviderWire.safeParse(row.wire).data ?? defaultWire(row.providerId);
}

/** A provider as the pages show it, from its rows (none: known to the catalogue only). */
export function toProvider(providerId: string, rows: readonly ProviderRow[]): Provider {
  const entry = catalogueEntry(providerId);
  const own = rows.find((row) => row.tenantId !== null);
  const chosen = chooseRow(rows);
  const shown = own ?? chosen?.row;
  const extra = showExtra(own?.extraConfig ?? null);
  const isCustom = isCustomId(providerId);
  const platformAddress = shown !== undefined && shown.tenantId === null;
  return {
    providerId,
    name: shown?.name ?? entry?.name ?? providerId,
    description: entry?.description ?? describe(shown),
    wire: shown ? wireOf(shown) : defaultWire(providerId),
    baseUrl: platformAddress ? null : (shown?.baseUrl ?? entry?.baseUrl ?? null),
    enabled: own?.enabled ?? chosen !== null,
    configured: chosen !== null || (own !== undefined && (own.encryptedApiKey !== null || isCustom)),
    source: chosen?.source ?? (own === undefined ? "none" : "tenant"),
    maskedApiKey: own?.maskedApiKey ?? null,
    maskedExtraConfig: extra.masked,
    plainExtraConfig: extra.plain,
    apiKeyEnvVar: entry?.apiKeyEnvVar ?? envVarOf(providerId, "API_KEY"),
    docsUrl: entry?.docsUrl ?? "",
    models: staticModels(providerId),
    extraFields: shown?.isDemo ? [] : extraFields,
    isCustom,
    isDemo: chosen?.row.isDemo ?? false,
    trouble: null,
  };
}

function describe(row: ProviderRow | undefined): string {
  return row?.isDemo ? "Scripted replies, to try the platform without a key" : "OpenAI-compatible endpoint";
}
