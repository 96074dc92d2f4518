/** What a tenant may hold of an engine while git servers let it wait. No tick helps: what begins, begins by a hint or by an answer. */
import type { TestTenant } from "@djinnbot/testing";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import { testWorkspace } from "../test/host.ts";
import { done, single } from "../test/samples.ts";
import { WorkspaceError } from "../workspace/workspace.ts";

const bed = await testBed();
/** A quarter of them: two. */
const places = 8;
const slow = { repository: "https://slow.test/x.git" };

/** An engine after its first look at the queue; a server answers when it is told to, a folder at once. */
async function stage(tenant: TestTenant, before: (create: Create) => Promise<unknown>) {
  const asked: string[] = [];
  const answers = new Map<string, (error?: Error) => void>();
  const inner = testWorkspace();
  const prepare: typeof inner.prepare = async (run) => {
    if (run.repository !== null && run.tenantId === tenant.tenantId) {
      asked.push(run.runId);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      answers.set(run.runId, (error) => (error ? reject(error) : resolve()));
      run.signal?.addEventListener("abort", () => resolve());
      await promise;
    }
    return inner.prepare(run);
  };
  const first = await bed.start(tenant, single());
  const { pipelineId } = await tenant.services.runs.get({ runId: first });
  const create: Create = async (input = {}) =>
    (await tenant.services.runs.create({ pipelineId, task: "Again.", ...input } as never)).id;
  const queued = await before(create);
  const host = bed.host(async (command) => done(command));
  bed.engine(host, { maxConcurrentRuns: places, tickMs: 600_000, workspace: { ...inner, prepare } });
  expect((await bed.ended(tenant, first)).status).toBe("completed");
  return { asked, answer: (runId: string, error?: Error) => answers.get(runId)?.(error), create, queued };
}
type Create = (input?: object) => Promise<string>;

async function several(create: Create, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.push(await create(slow));
  }
  return ids;
}

test("each answer of a git server lets the tenant's oldest waiting run begin, and a newer one does not overtake it", async () => {
  const tenant = await bed.tenant();
  const all: string[] = [];
  const { asked, answer, create } = await stage(tenant, async (make) => all.push(...(await several(make, 6))));
  await until(async () => asked.length === 2);
  all.push(await create(slow));
  for (let n = 0; n < all.length; n += 1) {
    await until(async () => asked.length === Math.min(n + 2, all.length));
    // One that fails has its answer, too.
    answer(asked[n] ?? "", n === 1 ? new WorkspaceError("WORKSPACE_FAILED", "refused") : undefined);
  }
  expect(asked.toSorted()).toEqual(all.toSorted());
  expect(asked.slice(2)).toEqual(all.slice(2));
  for (const runId of all) {
    await bed.ended(tenant, runId);
  }
});

test("runs that need no server are begun while others of their tenant wait for one, from the queue and by hint", async () => {
  const tenant = await bed.tenant();
  const here: string[] = [];
  const { asked, create } = await stage(tenant, async (make) => {
    await several(make, 20);
    here.push(await make());
  });
  here.push(await create(), await create());
  for (const runId of here) {
    expect((await bed.ended(tenant, runId)).status).toBe("completed");
  }
  expect(asked.length).toBe(2);
});
