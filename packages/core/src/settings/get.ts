/** Settings of the tenant: stored values over the defaults. */
import { Settings, type settings } from "@djinnbot/contracts";
import { type Tx, withTenant } from "@djinnbot/db";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";

/** All settings, with defaults for what is not stored. FORBIDDEN without the scope `settings:read`. */
export async function getSettings({ ctx }: VerbArgs<typeof settings.get>): Promise<Settings> {
  guard(ctx, "settings:read");
  return withTenant(ctx.deps.db, ctx.tenantId, readSettings);
}

/** For who writes what follows from the settings as they are: others who change them wait, also where nothing is stored yet. */
export async function lockSettings(tx: Tx, { tenantId }: Pick<Ctx, "tenantId">): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`settings:${tenantId}`}, 0))`;
  await tx.$executeRaw`SELECT 1 FROM global_settings ORDER BY key FOR NO KEY UPDATE`;
}

/** A stored value that is empty or no longer valid counts as not set. */
export async function readSettings(tx: Tx): Promise<Settings> {
  const rows = await tx.globalSetting.findMany({ select: { key: true, value: true } });
  const known: Record<string, { safeParse: (value: unknown) => { success: boolean } }> = Settings.shape;
  const stored = rows.filter(({ key, value }) => value !== "" && known[key]?.safeParse(value).success === true);
  return Settings.parse(Object.fromEntries(stored.map(({ key, value }) => [key, value])));
}
