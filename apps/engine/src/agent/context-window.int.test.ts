import { newId } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { testBed } from "../test/bed.ts";
import { simple, single } from "../test/samples.ts";

const bed = await testBed();

test("a step knows its model's window: from the provider's list, else from the tenant's or the platform's prices", async () => {
  const [tenant, other] = [await bed.tenant(), await bed.tenant()];
  const host = bed.host(simple);
  bed.engine(host);
  for (const each of [tenant, other]) {
    await each.services.settings.putProvider({ providerId: "anthropic", apiKey: "sk-test-0000" });
  }
  await bed.deps.system.pool.query(
    `INSERT INTO model_prices (id, tenant_id, model, input_micros, output_micros, context_window, updated_at)
     VALUES ($1, $2, $3, 1, 1, $4, 0)`,
    [newId("price"), tenant.tenantId, "anthropic/mine-*", 32_000],
  );
  const windowOf = async (who: typeof tenant, model: string) => {
    const runId = await bed.start(who, single(), { modelOverride: model });
    await bed.ended(who, runId);
    return host.peers.flatMap((peer) => peer.worked).at(-1)?.model.contextWindow;
  };
  expect(await windowOf(tenant, "anthropic/claude-sonnet-4-5")).toBe(200_000);
  expect(await windowOf(tenant, "anthropic/mine-1")).toBe(32_000);
  expect(await windowOf(other, "anthropic/mine-1")).toBeNull();
});
