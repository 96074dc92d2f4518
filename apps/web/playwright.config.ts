/** Browser tests in Chromium against the whole product, which `npm test` starts and names in BASE_URL. No retries. */
import { defineConfig } from "@playwright/test";
import { findChromium } from "../../scripts/services/chromium.ts";

const browser = await findChromium();
if ("reason" in browser) {
  throw new Error(browser.reason);
}

export default defineConfig({
  testDir: "e2e",
  timeout: 180_000,
  expect: { timeout: 20_000 },
  retries: 0,
  workers: 1,
  forbidOnly: true,
  outputDir: "../../.data/test-results",
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:3000",
    launchOptions: browser,
    viewport: { width: 1440, height: 900 },
    trace: "off",
    screenshot: "only-on-failure",
  },
});
