/** A swarm on the run's page: its tasks while they are done, each executor's run, and stopping them. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { expect, test } from "@playwright/test";
import { register } from "./helpers.ts";

const repositories = join(process.env.PRODUCT_DATA_DIR ?? ".data", "repositories");

test("a swarm is followed on the run's page, one of its executors is opened, another swarm is stopped", async ({
  page,
}) => {
  const repository = await createDemoRepository(mkdtempSync(join(repositories, "e2e-")));
  const { email, password } = await register(page);
  const post = async (path: string, data: object, headers = {}) => {
    const answer = await page.request.post(path, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return (await answer.json()) as { id: string; accessToken: string };
  };
  const { accessToken } = await post("/v1/auth/login", { email, password });
  const asProgram = { authorization: `Bearer ${accessToken}` };
  await post("/v1/agents/engineer/clone", {}, asProgram);
  const start = { pipeline_id: "swarm", repository };
  const { id } = await post("/v1/runs/", { ...start, task: "Write the pages." }, asProgram);
  await page.goto(`/runs/${id}`);
  await page.getByRole("tab", { name: /^Executors 3/ }).click({ timeout: 60_000 });
  const panel = page.getByRole("tabpanel", { name: /^Executors/ });
  await expect(panel.getByRole("figure", { name: "Tasks and what they build on" })).toContainText("overview");
  await expect(panel.getByText("3 of 3 completed")).toBeVisible({ timeout: 60_000 });
  await expect(panel.getByText("Wrote docs/overview.md as the task says.")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await page.getByRole("tab", { name: "Timeline" }).click();
  const when = page.getByRole("table", { name: "What happened when" });
  await expect(when.getByRole("row")).toHaveText([/Step/, /PLAN/, /prices\.md/, /faq\.md/, /overview\.md/]);
  await expect(page.getByRole("table", { name: "Cost by model" })).toContainText("demo/demo-agent");
  expect((await new AxeBuilder({ page }).analyze()).violations.map((violation) => violation.id)).toEqual([]);
  await page.getByRole("tab", { name: /^Executors/ }).click();
  await panel.getByRole("listitem").getByRole("link", { name: "Write docs/faq.md" }).click();
  await expect(page.getByRole("link", { name: "Write the pages." })).toBeVisible();
  await expect(page.getByText("Completed").first()).toBeVisible();

  const tasks = [{ key: "slow", title: "A slow one", executionPrompt: "Write `slow.md`.", model: "demo/demo-slow-30" }];
  const task = `Call swarm_execute ${JSON.stringify({ tasks })}`;
  const slow = await post("/v1/runs/", { ...start, task }, asProgram);
  await page.goto(`/runs/${slow.id}?tab=executors`);
  await page.getByRole("button", { name: "Stop executors" }).click({ timeout: 60_000 });
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop executors" }).click();
  await expect(page.getByText("Somebody cancelled it.").first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("1 of 1", { exact: true })).toBeVisible({ timeout: 30_000 });
});
