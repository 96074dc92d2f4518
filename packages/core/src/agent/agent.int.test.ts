import { newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps, unique } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { soundPipeline } from "../pipeline-language/sample.test-data.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
});

const create = (name: string, slug?: string) => tenant.services.agents.create({ name, slug });

describe("slugs", () => {
  it("made from a name get a number, given ones a conflict", async () => {
    const made = [await create("Café Bot"), await create("cafe bot"), await create("Cafe  Bot")];
    expect(made.map(({ slug }) => slug)).toEqual(["cafe-bot", "cafe-bot-2", "cafe-bot-3"]);
    await expect(create("Other", "cafe-bot")).rejects.toMatchObject({ code: "CONFLICT" });
    const other = await newTenant(deps);
    expect((await other.services.agents.create({ name: "Café Bot" })).slug).toBe("cafe-bot");
  });

  it("stay within 64 characters, for agents and pipelines", async () => {
    const name = "a".repeat(64);
    const { agents, pipelines } = tenant.services;
    const made = [await create(name), await create(name), await create(name)].map(({ slug }) => slug);
    for (let n = 0; n < 3; n += 1) {
      made.push((await agents.clone({ agentId: name })).slug);
    }
    expect(new Set(made).size).toBe(6);
    expect(Math.max(...made.map(({ length }) => length))).toBe(64);

    await pipelines.create({ yamlContent: soundPipeline, id: name });
    const copies: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      copies.push((await pipelines.clone({ pipelineId: name })).id);
      copies.push((await pipelines.clone({ pipelineId: name, name })).id);
    }
    expect(new Set(copies).size).toBe(6);
    expect(Math.max(...copies.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });
});

describe("clones", () => {
  it("of an own agent carry its texts and configuration", async () => {
    const { agents } = tenant.services;
    const own = await agents.create({ name: "Ada", role: "Builder", files: { "SOUL.md": "Calm." } });
    await agents.putConfig({ agentId: own.id, thinkingLevel: "high", maxConcurrentSteps: 7 });
    const copy = await agents.clone({ agentId: own.slug, name: "Bea" });
    expect(copy).toMatchObject({ slug: "bea", name: "Bea", role: "Builder", files: own.files });
    expect(copy.id).not.toBe(own.id);
    expect(await agents.getConfig({ agentId: copy.id })).toMatchObject({
      thinkingLevel: "high",
      maxConcurrentSteps: 7,
    });
    await expect((await newTenant(deps)).services.agents.clone({ agentId: own.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("of a template carry its texts; an own agent comes before a template of its slug", async () => {
    const slug = unique("tpl");
    await deps.system.pool.query(
      `INSERT INTO agent_templates (id, slug, name, files, config_json, created_at, updated_at)
       VALUES ($1, $2, 'Template', '{"SOUL.md":"Of the template."}', '{"thinkingLevel":"low"}', 1, 1)`,
      [newId("agentTemplate"), slug],
    );
    const { agents } = tenant.services;
    const first = await agents.clone({ agentId: slug });
    expect(first).toMatchObject({
      slug,
      name: "Template",
      thinkingLevel: "low",
      files: { "SOUL.md": "Of the template." },
    });
    await agents.putFile({ agentId: slug, filename: "SOUL.md", content: "My own." });
    const second = await agents.clone({ agentId: slug });
    expect(second).toMatchObject({ slug: `${slug}-2`, files: { "SOUL.md": "My own." } });
  });
});

describe("changes", () => {
  it("of the configuration keep what is left out", async () => {
    const { agents } = tenant.services;
    const { id } = await create("Ada");
    await agents.putConfig({ agentId: id, model: "openai/small", tools: ["read"], pulseEnabled: true, timeout: 60 });
    await agents.putConfig({ agentId: id, maxRetries: 2, timeout: null });
    expect(await agents.getConfig({ agentId: id })).toMatchObject({
      model: "openai/small",
      tools: ["read"],
      pulseEnabled: true,
      maxRetries: 2,
      timeout: null,
    });
    expect(await agents.get({ agentId: id })).toMatchObject({ model: "openai/small" });
  });

  it("of texts take the persona files only", async () => {
    const { agents } = tenant.services;
    const { id, files } = await create("Ada");
    for (const filename of ["../SOUL.md", "soul.md", "config.yml", "__proto__"]) {
      await expect(agents.putFile({ agentId: id, filename, content: "x" })).rejects.toMatchObject({
        code: "BAD_REQUEST",
      });
    }
    expect(await agents.putFile({ agentId: id, filename: "SOUL.md", content: "é" })).toMatchObject({ size: 2 });
    expect((await agents.get({ agentId: id })).files).toEqual({ ...files, "SOUL.md": "é" });
  });

  it("of name and status keep the rest", async () => {
    const { agents } = tenant.services;
    const { id } = await agents.create({ name: "Ada", role: "Builder", emoji: "🐝" });
    expect(await agents.update({ agentId: id, status: "disabled" })).toMatchObject({
      name: "Ada",
      role: "Builder",
      emoji: "🐝",
      status: "disabled",
    });
  });
});

describe("status", () => {
  it("shows who works, who has work waiting and who was last active", async () => {
    const { pipelines, runs, agents } = tenant.services;
    await Promise.all([create("Builder"), create("Checker"), create("Sleeper")]);
    await pipelines.create({ yamlContent: soundPipeline });
    const run = await runs.create({ pipelineId: "sample", task: "Task" });
    const step = (
      sequence: number,
      data: { agentId: string; status: string; startedAt?: number; completedAt?: number },
    ) =>
      withTenant(deps.db, tenant.tenantId, (tx) =>
        tx.step.create({
          data: {
            id: `${run.id}_${sequence}`,
            runId: run.id,
            stepId: "BUILD",
            attempt: sequence,
            sequence,
            queuedAt: 10,
            ...data,
          },
        }),
      );
    await step(1, { agentId: "builder", status: "running", startedAt: 20 });
    await step(2, { agentId: "builder", status: "queued" });
    await step(3, { agentId: "checker", status: "completed", startedAt: 20, completedAt: 30 });
    const status = await agents.status({});
    expect(status.agents).toMatchObject([
      {
        slug: "builder",
        state: "working",
        currentWork: { step: "BUILD", runId: run.id },
        queueLength: 1,
        lastActive: 20,
      },
      { slug: "checker", state: "idle", currentWork: null, queueLength: 0, lastActive: 30 },
      { slug: "sleeper", state: "idle", currentWork: null, queueLength: 0, lastActive: null },
    ]);
    expect(status.summary).toEqual({ total: 3, idle: 2, working: 1, thinking: 0, totalQueued: 1 });
    expect((await (await newTenant(deps)).services.agents.status({})).summary.total).toBe(0);
  });
});
