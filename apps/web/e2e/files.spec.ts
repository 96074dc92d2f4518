/** The Files tab of a run: reading what the agents wrote, who changed what, merging it past a conflict, and taking it where a push is refused. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { expect, type Page, test } from "@playwright/test";
import { register } from "./helpers.ts";

const dataDir = process.env.PRODUCT_DATA_DIR ?? ".data";
const repositories = join(dataDir, "repositories");

/** A finished run of the feature pipeline on a repository of its own. */
async function finishedRun(page: Page, repository: string): Promise<string> {
  await page.goto("/runs?new=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Pipeline" }).click();
  await page.getByRole("option", { name: /^Feature/ }).click();
  await dialog.getByRole("button", { name: /Clone/ }).click();
  await expect(dialog.getByRole("button", { name: /Clone/ })).toHaveCount(0);
  await dialog.getByLabel("Task").fill("Make the failing test pass.");
  await dialog.getByLabel(/^Repository/).fill(repository);
  await dialog.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL(/\/runs\/run_[0-9a-z]+/);
  await expect(page.getByText("4 of 4")).toBeVisible({ timeout: 150_000 });
  return /run_[0-9a-z]+/.exec(page.url())?.[0] ?? "";
}

/** The mirror of the one tenant that uses the repository. */
function mirrorOf(repository: string): string {
  const name = `${createHash("sha256").update(repository).digest("hex").slice(0, 32)}.git`;
  const tenants = join(dataDir, "tenants");
  const owner = readdirSync(tenants).find((tenant) => {
    try {
      return readdirSync(join(tenants, tenant, "workspaces")).includes(name);
    } catch {
      return false;
    }
  });
  return join(tenants, owner ?? "", "workspaces", name);
}

/** Somebody else changes on `main` the line that the agent changed, and the mirror has fetched it. */
function changeMain(repository: string): void {
  const dir = mkdtempSync(join(tmpdir(), "e2e-main-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.test", ...args], { cwd: dir });
  git("clone", "-q", "--branch", "main", repository, ".");
  const text = execFileSync("cat", ["src/bands.js"], { cwd: dir, encoding: "utf8" });
  writeFileSync(join(dir, "src/bands.js"), text.replace("grams < each.maxGrams", "each.maxGrams > grams"));
  git("commit", "-qam", "Meanwhile on main");
  git("push", "-q", mirrorOf(repository), "+HEAD:refs/remotes/origin/main");
  rmSync(dir, { recursive: true, force: true });
}

/** Nothing serious for axe in the tab. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

test("files, history and merging of a run", async ({ page }) => {
  const repository = await createDemoRepository(mkdtempSync(join(repositories, "e2e-files-")));
  await register(page);
  const runId = await finishedRun(page, repository);

  await page.getByRole("tab", { name: "Files" }).click();
  const tree = page.getByRole("tree", { name: "Files" });
  await tree.getByRole("treeitem", { name: "README.md" }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect(tree.getByRole("treeitem").first()).toHaveAttribute("aria-expanded", "false");
  await page.getByRole("searchbox", { name: "Filter files" }).fill("bands");
  await tree.getByRole("treeitem", { name: "bands.js" }).click();
  await expect(page.getByText("grams <= each.maxGrams")).toBeVisible();
  await page.reload();
  await expect(page.getByText("grams <= each.maxGrams")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "History" }).click();
  const commits = page.getByRole("list", { name: "Commits" });
  await commits.getByRole("button", { name: /IMPLEMENT/ }).click();
  const changes = page.getByRole("region", { name: "Changes of src/bands.js" });
  await expect(changes.getByText("grams <= each.maxGrams")).toBeVisible();
  await expect(changes.getByText("grams < each.maxGrams")).toBeVisible();
  await page.getByRole("button", { name: "Commits of all files" }).click();
  await expect(page.getByRole("region", { name: "README.md", exact: true })).toBeVisible();

  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole("button", { name: "All commits" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.goto(`/runs/${runId}?tab=commits`);
  await page.getByRole("button", { name: "Changes of DESIGN" }).click();
  await expect(page.getByRole("radio", { name: "Whole step" })).toBeChecked();
  await expect(page.getByRole("region", { name: "docs/design/express-delivery.md", exact: true })).toBeVisible();

  await expectAccessible(page);

  changeMain(repository);
  await page.goto(`/runs/${runId}?tab=files&view=merge`);
  const conflict = page.getByRole("region", { name: "src/bands.js", exact: true });
  const merge = page.getByRole("button", { name: "Merge into main" });
  await expect(conflict.getByText("each.maxGrams > grams")).toBeVisible();
  await expect(merge).toBeDisabled();
  await expectAccessible(page);
  await conflict.getByRole("radio", { name: "Edit" }).click();
  const text = conflict.getByRole("textbox", { name: "Text of src/bands.js" });
  await expect(conflict.getByRole("button", { name: "Use this text" })).toBeDisabled();
  await text.fill("// decided by hand\n");
  await conflict.getByRole("button", { name: "Use this text" }).click();
  await merge.click();
  await expect(page.getByText("Merged into main")).toBeVisible();
  await expect(page.getByText("the remote does not have it yet")).toBeVisible();
  const merged = execFileSync("git", ["--git-dir", mirrorOf(repository), "show", "refs/heads/main:src/bands.js"], {
    encoding: "utf8",
  });
  expect(merged).toBe("// decided by hand\n");
  await page.reload();
  await expect(page.getByText("Merged:")).toBeVisible();
});

test("a run whose push was refused says so wherever it stands, and its commits can be taken", async ({ page }) => {
  const repository = await createDemoRepository(mkdtempSync(join(repositories, "e2e-refused-")));
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" }).trim();
  git("config", "receive.hideRefs", "refs/heads/run");
  await register(page);
  const runId = await finishedRun(page, repository);

  await expect(page.getByRole("status", { name: "State of the run" }).getByText("Not pushed")).toBeVisible();
  await page.getByRole("tab", { name: "Result" }).click();
  const changes = page.getByRole("region", { name: "Changes", exact: true });
  await expect(changes.getByText("deny updating a hidden ref")).toBeVisible();
  await expect(changes.getByText(/no credentials for git yet/)).toBeVisible();
  await expectAccessible(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    changes.getByRole("link", { name: "Download commits (.bundle)" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${runId}.bundle`);

  // Exactly what the page says, in a clone that has the file.
  const clone = mkdtempSync(join(tmpdir(), "e2e-clone-"));
  execFileSync("git", ["clone", "-q", repository, clone]);
  await download.saveAs(join(clone, `${runId}.bundle`));
  const lines = await changes.getByRole("region", { name: "Commands for the downloaded file" }).textContent();
  execFileSync("sh", ["-ec", lines ?? "false"], { cwd: clone, stdio: "pipe" });
  expect(execFileSync("git", ["log", "--format=%an"], { cwd: clone, encoding: "utf8" })).toContain("Tova");
  rmSync(clone, { recursive: true, force: true });

  await page.getByRole("button", { name: "More actions" }).click();
  const [again] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Download commits (.bundle)" }).click(),
  ]);
  expect(again.suggestedFilename()).toBe(`${runId}.bundle`);

  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`/runs/${runId}?tab=commits`);
    await expect(page.getByText("Not pushed").first()).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.goto("/runs");
    const row = page
      .locator("main")
      .getByRole(width < 640 ? "listitem" : "row")
      .filter({ hasText: "Make the failing" });
    await expect(row.getByText("Not pushed")).toBeVisible();
    await expect(row.getByText("Completed")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.goto("/");
    await expect(page.getByRole("link", { name: /Make the failing.*Not pushed/ })).toBeVisible();
    await expectAccessible(page);
  }
});
