/** What the browser tests share. */
import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";

export interface Account {
  email: string;
  password: string;
  tenantName: string;
}

/** Registers a new team through the page and waits for its home. */
export async function register(page: Page): Promise<Account> {
  const mark = randomBytes(5).toString("hex");
  const account = { email: `e2e-${mark}@example.test`, password: `long-${mark}`, tenantName: `Team ${mark}` };
  await page.goto("/register");
  await page.locator('input[name="email"]').fill(account.email);
  await page.locator('input[name="password"]').fill(account.password);
  await page.locator('input[name="tenantName"]').fill(account.tenantName);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname === "/");
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  return account;
}
