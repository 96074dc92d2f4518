/** Changes settings; what is left out stays. */
import type { Settings, settings } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { lockSettings, readSettings } from "./get.ts";

/** Stores what is given and answers all settings. FORBIDDEN without the scope `settings:write`. */
export async function updateSettings({ ctx, input }: VerbArgs<typeof settings.update>): Promise<Settings> {
  guard(ctx, "settings:write");
  const changed = Object.entries(input).filter(([, value]) => value !== undefined);
  return change(ctx, async (tx, messages) => {
    await lockSettings(tx, ctx);
    const updatedAt = ctx.now();
    for (const [key, value] of changed) {
      await tx.globalSetting.upsert({
        where: { tenantId_key: { tenantId: ctx.tenantId, key } },
        create: { key, value, updatedAt },
        update: { value, updatedAt },
      });
    }
    if (changed.length > 0) {
      const detail = Object.fromEntries(changed);
      await audit(tx, ctx, { action: "settings.update", entity: "settings", entityId: null, detail });
      messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "SETTINGS_UPDATED" }));
    }
    return readSettings(tx);
  });
}
