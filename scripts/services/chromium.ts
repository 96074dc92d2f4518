// Finds a Chromium for the browser tests: an installed one, else the one in the npm package @sparticuz/chromium.

import { messageOf } from "./problem.ts";
import { which } from "./process.ts";

export interface Browser {
  executablePath: string;
  args: string[];
}

const installedNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const macPaths = "/Applications/Google Chrome.app/Contents/MacOS";
const always = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"];

/** Path and arguments for Playwright's launch options, or the reason why there is no browser. */
export async function findChromium(): Promise<Browser | { reason: string }> {
  for (const name of installedNames) {
    const path = which(name);
    if (path) return { executablePath: path, args: always };
  }
  const onMac = which("Google Chrome", [macPaths]);
  if (onMac) return { executablePath: onMac, args: [] };
  try {
    // The package unpacks its own libraries only when it believes to be on this platform.
    process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
    const { default: chromium } = await import("@sparticuz/chromium");
    const executablePath = await chromium.executablePath();
    return { executablePath, args: [...always, "--headless=shell", "--use-gl=angle", "--use-angle=swiftshader"] };
  } catch (error) {
    return { reason: `no Chromium is installed and the bundled one could not be unpacked: ${messageOf(error)}` };
  }
}
