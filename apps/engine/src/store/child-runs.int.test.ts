import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, expect, it } from "vitest";
import { single } from "../test/samples.ts";
import { cancelChildren } from "./child-runs.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
  tenant = await newTenant(deps);
  const yamlContent = single().replace("PIPELINE", "one");
  await tenant.services.pipelines.create({ pipelineId: "one", yamlContent } as never);
});

const newRun = async () => (await tenant.services.runs.create({ pipelineId: "one", task: "Work." })).id;

/** Two steps of a run wait for two children each; one child of the second is over. Another run has a child, too. */
async function family() {
  const [parent, other] = [await newRun(), await newRun()];
  const child = async (of: string, step: string, status = "running") => {
    const id = await newRun();
    const text = "UPDATE runs SET parent_run_id = $2, parent_step = $3, status = $4 WHERE id = $1";
    await deps.system.pool.query(text, [id, of, step, status]);
    return id;
  };
  const children = {
    a: await child(parent, "first"),
    b: await child(parent, "first"),
    c: await child(parent, "second"),
    over: await child(parent, "second", "completed"),
    others: await child(other, "first"),
  };
  const asked = async (options: Parameters<typeof cancelChildren>[1]) => {
    await tenantPipeline(deps.db, tenant.tenantId, [cancelChildren(parent, options)]);
    const text = "SELECT id FROM runs WHERE id = ANY($1) AND cancel_requested_at IS NOT NULL";
    const { rows } = await deps.system.pool.query(text, [[parent, ...Object.values(children)]]);
    const ids = new Set(rows.map((row) => row.id));
    return [
      ...(ids.has(parent) ? ["parent"] : []),
      ...Object.keys(children).filter((key) => ids.has(children[key as "a"])),
    ];
  };
  return { children, asked };
}

it("asks the children that are meant, and only those, to end", async () => {
  const all = await family();
  expect(await all.asked({})).toEqual(["a", "b", "c"]);
  const ofStep = await family();
  expect(await ofStep.asked({ parentStep: "first" })).toEqual(["a", "b"]);
  const named = await family();
  expect(await named.asked({ runIds: [] })).toEqual([]);
  expect(await named.asked({ runIds: [named.children.b, named.children.over, named.children.others] })).toEqual(["b"]);
  expect(await named.asked({ runIds: [named.children.b, named.children.c], parentStep: "second" })).toEqual(["b", "c"]);
});
