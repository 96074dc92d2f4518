/** What a step needs to know of its tenant's settings, read at once. */
import type { Provider, Settings } from "@djinnbot/contracts";
import { type Db, withTenant } from "@djinnbot/db";
import { readSettings } from "./get.ts";
import { providerRows } from "./provider-row.ts";
import { providersOf } from "./providers.ts";

export interface StepSettings {
  settings: Settings;
  /** Configured ones first; without what is known of their troubles. */
  providers: Provider[];
}

export function readStepSettings(db: Db, tenantId: string): Promise<StepSettings> {
  return withTenant(db, tenantId, async (tx) => ({
    settings: await readSettings(tx),
    providers: providersOf(await providerRows(tx)),
  }));
}
