/** The product's main job as a newcomer does it: register, clone agents, run a pipeline on a git repository, find the commits. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { expect, test } from "@playwright/test";
import { register } from "./helpers.ts";

const repositories = join(process.env.PRODUCT_DATA_DIR ?? ".data", "repositories");

test("register, clone two agents, run the feature pipeline on a repository, find the agents' commits", async ({
  page,
}) => {
  const repository = await createDemoRepository(mkdtempSync(join(repositories, "e2e-")));
  await register(page);

  await page.goto("/agents");
  await page.getByRole("button", { name: "Clone from the catalogue" }).first().click();
  const catalogue = page.getByRole("dialog");
  for (const name of ["Idris", "Tova"]) {
    const box = catalogue.getByRole("checkbox", { name: `Choose ${name}` });
    await box.click();
    await expect(box).toBeChecked();
  }
  await catalogue.getByRole("button", { name: /^Clone/ }).click();
  await expect(page.getByRole("link", { name: /Idris/ }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: /Tova/ }).first()).toBeVisible();

  await page.goto("/runs?new=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Pipeline" }).click();
  await page.getByRole("option", { name: /^Feature/ }).click();
  // The tester was not cloned: the dialog says so and does it.
  await dialog.getByRole("button", { name: /Clone/ }).click();
  await expect(dialog.getByRole("button", { name: /Clone/ })).toHaveCount(0);
  await dialog.getByLabel("Task").fill("Make the failing test pass.");
  await dialog.getByLabel(/^Repository/).fill(repository);
  await dialog.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL(/\/runs\/run_[0-9a-z]+/);
  const runId = /run_[0-9a-z]+/.exec(page.url())?.[0] ?? "";

  // Live: the agent's words and tools appear while it works.
  await expect(
    page
      .getByText("I read", { exact: false })
      .or(page.getByText("node --test", { exact: false }))
      .first(),
  ).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("4 of 4")).toBeVisible({ timeout: 150_000 });
  await expect(page.getByText("Pushed").first()).toBeVisible();

  const log = execFileSync("git", ["-C", repository, "log", "--format=%an", `run/${runId}`], { encoding: "utf8" });
  expect(log).toContain("Tova");
  const checkout = mkdtempSync(join(tmpdir(), "e2e-checkout-"));
  execFileSync("git", ["clone", "-q", "--branch", `run/${runId}`, repository, join(checkout, "work")]);
  execFileSync(process.execPath, ["--test", "test/quote.js"], { cwd: join(checkout, "work"), stdio: "pipe" });
  rmSync(checkout, { recursive: true, force: true });

  // The whole run as a file, in both forms.
  for (const [choice, file, held] of [
    [/^Export as JSON/, `${runId}.json`, '"type":"TOOL_CALL_END"'],
    [/^Export as Markdown/, `${runId}.md`, "## IMPLEMENT, attempt 1"],
  ] as const) {
    await page.getByRole("button", { name: "More actions" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: choice }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(file);
    expect(readFileSync(await download.path(), "utf8")).toContain(held);
  }

  // A reload tells the same story.
  await page.reload();
  await expect(page.getByText("4 of 4")).toBeVisible();

  // On a phone the box of the steps is low: the one whose transcript is shown is in sight, and the page stays at its top.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/runs/${runId}?tab=transcript`);
  await expect(page.locator("[aria-current=step]")).toBeInViewport({ ratio: 0.9 });
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
});
