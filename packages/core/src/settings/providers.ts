/** Model providers: the catalogue, own endpoints, what the platform offers, and what is configured. */
import type { Provider, settings } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { readTroubles } from "../gateway/breaker.ts";
import { guard } from "../guard.ts";
import { catalogue } from "./catalogue.ts";
import { type ProviderRow, providerRows, toProvider } from "./provider-row.ts";

/** Configured ones first, then in the order of the catalogue. */
export async function listProviders({ ctx }: VerbArgs<typeof settings.providers>): Promise<Provider[]> {
  guard(ctx, "settings:read");
  const all = providersOf(await withTenant(ctx.deps.db, ctx.tenantId, (tx) => providerRows(tx)));
  await addTroubles(ctx, all);
  return all;
}

/** The same from their rows, whatever is wrong with one now. */
export function providersOf(rows: readonly ProviderRow[]): Provider[] {
  const grouped = new Map<string, ProviderRow[]>();
  for (const row of rows) {
    grouped.set(row.providerId, [...(grouped.get(row.providerId) ?? []), row]);
  }
  const ids = new Set([...grouped.keys(), ...catalogue.map(({ id }) => id)]);
  const all = [...ids].map((id) => toProvider(id, grouped.get(id) ?? []));
  return [...all.filter(({ configured }) => configured), ...all.filter(({ configured }) => !configured)];
}

async function addTroubles(ctx: Ctx, all: Provider[]): Promise<void> {
  const { tenantId, deps } = ctx;
  const asked = all.filter(({ configured, source }) => configured && source !== "none");
  const troubles = await readTroubles(
    deps,
    asked.map(({ providerId, source }) => ({
      tenantId,
      providerId,
      source: source === "tenant" ? "tenant" : "platform",
    })),
  );
  for (const [index, provider] of asked.entries()) {
    provider.trouble = troubles[index] ?? null;
  }
}
