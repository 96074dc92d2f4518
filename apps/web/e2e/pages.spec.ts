/** Every page in both themes and on a phone: nothing serious for axe, no error in the console, nothing wider than the screen. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { register } from "./helpers.ts";

const pages = [
  "/",
  "/runs",
  "/runs?new=1",
  "/agents",
  "/pipelines",
  "/pipelines/feature",
  "/settings/providers",
  "/settings/budgets",
  "/settings/budgets?dialog=new",
  "/settings/network",
  "/settings/prices",
  "/settings/api-keys",
  "/settings/profile",
];

test("pages are accessible, quiet and fit the screen, light, dark and on a phone", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await register(page);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const path of pages) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(path);
      // Not by its role: a dialog that opens with the page hides what is behind it from assistive technology.
      await expect(page.locator("main")).toBeVisible();
      await page.waitForLoadState("load");
      // Also the grey shapes in the place of what is loading: they would be found without fault, unlike what comes.
      await expect(page.locator("[aria-busy=true], .appear-late")).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${path} ${scheme} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${path} ${scheme} is wider than a phone`).toBeLessThanOrEqual(0);
    }
  }
  expect(errors).toEqual([]);
});

test("wrong sign-in, taken address and a stranger's page say what to do", async ({ page: first, browser }) => {
  const account = await register(first);
  // Another browser, not this one without its cookies: an open page renews its cookie, and may do so just after.
  const page = await (await browser.newContext()).newPage();
  await page.goto("/runs");
  await page.waitForURL(/\/sign-in/);
  await page.locator('input[name="email"]').fill(account.email);
  await page.locator('input[name="password"]').fill("not the password");
  await page.locator('button[type="submit"]').click();
  await expect(page.getByText("E-mail address or password is wrong.")).toBeVisible();
  await expect(page.locator('input[name="email"]')).toHaveValue(account.email);
  await page.locator('input[name="password"]').fill(account.password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(/\/runs/);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto("/register");
  await stranger.locator('input[name="email"]').fill(account.email);
  await stranger.locator('input[name="password"]').fill(account.password);
  await stranger.locator('button[type="submit"]').click();
  await expect(stranger.getByText(/cannot be used/).first()).toBeVisible();
});

test("a page whose scripts are not alive yet sends no password: the browser would put it into the address", async ({
  browser,
}) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  for (const path of ["/sign-in", "/register"]) {
    await page.goto(path);
    await page.locator('input[name="email"]').fill("someone@example.test");
    await page.locator('input[name="password"]').fill("a secret");
    await page.locator('input[name="password"]').press("Enter");
    await expect(page.locator('button[type="submit"]')).toBeDisabled();
    expect(page.url()).not.toContain("secret");
  }
});
