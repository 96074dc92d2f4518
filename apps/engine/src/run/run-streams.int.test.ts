import { runCommands, runEvents, runStatus } from "@djinnbot/events";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { Script } from "../test/peer.ts";
import { done, single } from "../test/samples.ts";

const bed = await testBed();

test("streams of a run live a day longer than the run, and a restart keeps them again", async () => {
  let restarted = false;
  const script: Script = async (command) => {
    await until(async () => !restarted || (await life()).every((seconds) => seconds === -1));
    return done(command);
  };
  const tenant = await bed.tenant();
  bed.engine(bed.host(script));
  const runId = await bed.start(tenant, single());
  await bed.ended(tenant, runId);
  const address = { tenantId: tenant.tenantId, runId };
  const keys = [runEvents, runCommands, runStatus].map((channel) => channel.key(address));
  async function life() {
    return Promise.all(keys.map((key) => bed.deps.redis.ttl(key)));
  }
  const expires = async () => (await life()).every((seconds) => seconds > 80_000 && seconds <= 86_400);
  await until(expires);
  restarted = true;
  await tenant.services.runs.restart({ runId });
  await until(async () => (await life()).every((seconds) => seconds === -1));
  expect(await bed.ended(tenant, runId)).toMatchObject({ status: "completed" });
  await until(expires);
});
