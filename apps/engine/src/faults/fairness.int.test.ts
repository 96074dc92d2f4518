/** A tenant that wants everything at once does not keep another one waiting (DESIGN 8, G6). Counted in steps, not in milliseconds. */
import { expect, it } from "vitest";
import { testBed, until } from "../test/bed.ts";
import { done, single } from "../test/samples.ts";

const bed = await testBed();
const queued = Number(process.env.MANY_RUNS ?? 200);
const places = 4;

it("between another tenant's first run and its first step, fewer steps begin than there are places", {
  timeout: 60_000 + queued * 500,
}, async () => {
  const [busy, other] = [await bed.tenant(), await bed.tenant()];
  // The tenant whose step began, in that order.
  const begun: string[] = [];
  const host = bed.host(async (command) => {
    begun.push(command.tenantId);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return done(command);
  });
  const first = await bed.start(busy, single());
  const { pipelineId } = await busy.services.runs.get({ runId: first });
  for (let n = 1; n < queued; n += 20) {
    const some = Array.from({ length: Math.min(20, queued - n) });
    await Promise.all(some.map(() => busy.services.runs.create({ pipelineId, task: "Again." })));
  }
  bed.engine(host, { maxConcurrentRuns: places });
  for (let round = 1; round <= 3; round += 1) {
    await until(async () => begun.length >= round * 15);
    const before = begun.length;
    const runId = await bed.start(other, single());
    const asked = begun.length;
    await bed.ended(other, runId);
    const waited = begun.indexOf(other.tenantId, before) - asked;
    expect(waited).toBeLessThan(places);
  }
  expect(begun.filter((tenantId) => tenantId === busy.tenantId).length).toBeLessThan(queued);
});
