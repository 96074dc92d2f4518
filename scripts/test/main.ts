// `npm test`: cheap checks, then every test on real servers, then the browser. `--verify` stops after the checks; `--faults` is the fault suite alone, in its long form.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../services/problem.ts";
import { ensureBuilt } from "../start/build.ts";
import { paths } from "../start/paths.ts";
import { detail, duration, phase, say, sayFailure, style } from "../start/screen.ts";
import { startProduct } from "./product.ts";
import {
  add,
  readDockerSkip,
  readPlaywright,
  readVitest,
  reportDirVariable,
  summaryLine,
  type Totals,
} from "./report.ts";
import { allChecks } from "./verify.ts";

const reports = join(paths.root, ".data", "test-reports");
const failure: Totals = { passed: 0, failed: 1, skipped: 0 };
const isCi = process.env.CI === "true" || process.env.CI === "1";

async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await phase("Generating what is not in git", () => ensureBuilt(["database"], { log: detail }));
  if (process.argv.includes("--faults")) {
    process.exit(await runFaults());
  }
  let totals = await verify();
  if (!process.argv.includes("--verify") && totals.failed === 0) {
    totals = add(totals, await runVitest());
    totals = add(totals, await runBrowser());
    totals = add(totals, dockerVerdict());
  }
  say();
  say(summaryLine(totals));
  process.exit(totals.failed === 0 ? 0 : 1);
}

/** Runs every cheap check, two at a time, and prints all complaints. Checks are not tests: only failures count. */
async function verify(): Promise<Totals> {
  const queue = allChecks();
  let failed = 0;
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const begun = Date.now();
      const complaint = await check.run().catch(messageOf);
      say(`${complaint ? style.red("✗") : style.green("✓")} ${check.name} ${style.dim(duration(Date.now() - begun))}`);
      if (!complaint) continue;
      failed += 1;
      say(complaint.replaceAll(/^/gm, "    "));
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed: 0, failed, skipped: 0 };
}

/** The fault suite in its long form: each number can be set, and the seeds that are printed repeat it. */
function runFaults(): Promise<number> {
  const long = { FAULT_RUNS: "50", MANY_RUNS: "1000", ...process.env };
  return tool(["node_modules/vitest/vitest.mjs", "run", "--project", "int", "apps/engine/src/faults"], long);
}

async function runVitest(): Promise<Totals> {
  const file = join(reports, "vitest.json");
  const code = await tool([
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const totals = readVitest(file) ?? failure;
  return code !== 0 && totals.failed === 0 ? add(totals, failure) : totals;
}

async function runBrowser(): Promise<Totals> {
  if (!existsSync(join(paths.webDir, "playwright.config.ts"))) return { passed: 0, failed: 0, skipped: 0 };
  const product = await phase("Starting the product for the browser tests", () => startProduct());
  try {
    const file = join(reports, "playwright.json");
    const env = {
      BASE_URL: product.url,
      DEMO_EMAIL: product.demo.email,
      DEMO_PASSWORD: product.demo.password,
      PRODUCT_DATA_DIR: product.dataDir,
      PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    };
    const config = join(paths.webDir, "playwright.config.ts");
    const code = await tool(
      ["node_modules/@playwright/test/cli.js", "test", "-c", config, "--reporter=list,json"],
      env,
    );
    const totals = readPlaywright(file) ?? failure;
    return code !== 0 && totals.failed === 0 ? add(totals, failure) : totals;
  } finally {
    await product.stop();
  }
}

/** Where nobody can have a Docker engine its tests are skipped, with the reason; CI must have one. */
function dockerVerdict(): Totals {
  const reason = readDockerSkip(reports);
  if (!reason) return { passed: 0, failed: 0, skipped: 0 };
  say();
  say(`${style.yellow("!")} docker tests were skipped: ${reason}`);
  if (!isCi) return { passed: 0, failed: 0, skipped: 0 };
  say("  In CI this is a failure.");
  return failure;
}

function tool(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  say();
  return new Promise((resolve) => {
    const child = spawn(paths.node, args, {
      cwd: paths.root,
      env: { ...process.env, [reportDirVariable]: reports, ...env },
      stdio: "inherit",
    });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

main().catch((error: unknown) => {
  sayFailure(error);
  say(summaryLine(failure));
  process.exit(1);
});
