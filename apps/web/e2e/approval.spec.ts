/** A run that asks: the inbox and its number, the answer on the page, loop and branches afterwards, pause, and a fork. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type Account, register } from "./helpers.ts";

const yaml = `id: ask
name: Ask first
version: 1.0.0
agents: [{ id: engineer }]
steps:
  - id: PLAN
    agent: engineer
    input: "Plan {{task_description}}"
    outputs: [tasks]
    outputSchema: { name: tasks, schema: { type: object, properties: { tasks: { type: array, items: { type: string } } }, required: [tasks] } }
    onComplete: GATE
  - id: GATE
    approval: { message: "May **these** be built? {{tasks}}" }
    onComplete: BUILD
  - id: BUILD
    agent: engineer
    input: "Build {{current_item}}. {{comment}}"
    outputs: [summary]
    loop: { over: tasks, onAllComplete: PROVE }
  - id: PROVE
    parallel: { branches: [TESTS, DOCS] }
    onComplete: END
  - { id: TESTS, agent: engineer, outputs: [report] }
  - { id: DOCS, agent: engineer, outputs: [notes] }
  - { id: END, agent: engineer, outputs: [summary] }
`;

/** Starts the run as a program would. */
async function startRun(page: Page, account: Account): Promise<string> {
  const send = async (path: string, data: object, headers = {}) => {
    const response = await page.request.post(path, { data, headers });
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true);
    return response.json();
  };
  const { email, password } = account;
  const tokens = await send("/v1/auth/login", { email, password });
  const headers = { authorization: `Bearer ${tokens.access_token ?? tokens.accessToken}` };
  await send("/v1/agents/", { name: "Engineer", slug: "engineer" }, headers);
  await send("/v1/pipelines/", { yaml_content: yaml }, headers);
  return (await send("/v1/runs/", { pipeline_id: "ask", task: "Add a discount." }, headers)).id;
}

test("a run waits for a person, who answers in the inbox; paused, resumed and forked from its page", async ({
  page,
}) => {
  const account = await register(page);
  const runId = await startRun(page, account);
  await page.goto("/approvals");
  await expect(page.getByText("May these be built?")).toBeVisible();
  await expect(page.getByRole("link", { name: /Approvals/ }).getByLabel("1 open")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);

  await page.goto(`/runs/${runId}`);
  await expect(page.getByText("GATE waits for a decision")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("GATE waits for a decision")).toBeVisible();
  await page.getByLabel("Comment").fill("Keep it small.");
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByRole("status", { name: "State of the run" })).toContainText("Completed", { timeout: 60_000 });
  await expect(page.getByRole("region", { name: "Items of BUILD" })).toContainText("2 of 2");
  const branches = page.getByRole("region", { name: "Branches" });
  await expect(branches.getByRole("link")).toHaveCount(2);
  await expect(page.getByText(/says: Keep it small\./).first()).toBeVisible();

  await page.getByRole("button", { name: "Fork" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Begin at" }).click();
  await page.getByRole("option", { name: "END" }).click();
  await dialog.getByRole("button", { name: "Start the fork" }).click();
  await page.waitForURL((url) => /run_/.test(url.pathname) && !url.pathname.includes(runId));
  await expect(page.getByRole("status", { name: "State of the run" })).toContainText("Completed", { timeout: 60_000 });
  await expect(page.locator(`main a[href="/runs/${runId}"]`)).toBeVisible();
});

test("a question that was answered keeps its place; a second click decides nothing else", async ({ page }) => {
  const account = await register(page);
  await startRun(page, account);
  await page.goto("/approvals");
  const asked = page.getByRole("main").getByRole("listitem");
  await expect(asked).toHaveCount(1);
  await page.getByLabel("Comment").fill("Not yet.");
  await page.getByRole("button", { name: "Reject" }).dblclick();
  await expect(asked.getByText("Rejected by you")).toBeVisible();
  await expect(asked.getByText("Not yet.")).toBeVisible();
});
