// Installs the packages when they are missing or stale, then runs a TypeScript program on the Node that they bring.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstLook } from "./first-look.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const nodePath = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
/** Install scripts of packages must not call home: no usage counts, no look for newer versions. */
const quietEnv = { SCARF_ANALYTICS: "false", CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" };
/** Hash of what was locked and what was installed then; any later npm install changes one of them. */
const stampFile = "node_modules/.djinnbot-lock";
/** Holds the id of the process that installs, while it does. Beside node_modules, because an installation removes that first. */
const installingFile = join(root, ".installing");
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * @param {{ script: string, install: boolean, flags?: string[] }} options the program (relative to the checkout), whether to install
 * first, and what Node itself is told
 */
export async function handOver({ script, install, flags = [] }) {
  process.chdir(root);
  if (Number(process.versions.node.split(".")[0]) < 20) {
    fail(`Node ${process.versions.node} is too old to begin with`, "install Node 20 or newer from https://nodejs.org");
  }
  const stale = staleReason();
  if (stale && !install) {
    process.stdout.write(`${(await firstLook(root)).join("\n")}\n`);
    fail(stale, "run npm start (it installs them), or npm ci; npm run doctor says more afterwards");
  }
  if (stale) await ensureInstalled();
  runProgram(script, flags);
}

/** Why the installed packages do not match package-lock.json, or null when they do. */
function staleReason() {
  if (!existsSync(nodePath)) return "the packages are not installed";
  if (readText(stampFile) === lockHash()) return null;
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (!wanted) fail("package-lock.json is missing or damaged", "restore it: git checkout package-lock.json");
  if (!installed) return "the packages are not completely installed";
  for (const [path, { version, optional, extraneous, link }] of Object.entries(wanted)) {
    if (link || extraneous || !path.startsWith("node_modules/")) continue;
    const found = installed[path];
    // Packages of other systems are locked but not installed.
    if (found ? found.version !== version : !optional) return "the installed packages do not match package-lock.json";
  }
  return null;
}

function readPackages(file) {
  try {
    return JSON.parse(readText(file) ?? "").packages ?? null;
  } catch {
    return null;
  }
}

function readText(file) {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : null;
}

function lockHash() {
  return createHash("sha256")
    .update(readText("package-lock.json") ?? "")
    .digest("hex");
}

/** Two installations in one folder would undo each other: whoever comes second waits for the first, and looks again. */
async function ensureInstalled() {
  for (let reason = staleReason(); reason; reason = staleReason()) {
    const other = takeTurn();
    if (other === null) {
      try {
        return await installPackages(reason);
      } finally {
        rmSync(installingFile, { force: true });
      }
    }
    process.stdout.write(`Process ${other} is installing the packages here; waiting for it …\n`);
    while (takenBy() === other) await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Null when it is our turn, else who installs. */
function takeTurn() {
  const other = takenBy();
  if (other !== null) return other;
  rmSync(installingFile, { force: true });
  try {
    writeFileSync(installingFile, String(process.pid), { flag: "wx" });
    return null;
  } catch {
    return takenBy();
  }
}

function takenBy() {
  try {
    const pid = Number(readFileSync(installingFile, "utf8"));
    // After so long another process has got the number.
    if (statSync(installingFile).mtimeMs < Date.now() - 30 * 60_000) return null;
    return pid > 0 && pid !== process.pid && process.kill(pid, 0) ? pid : null;
  } catch {
    return null; // Nobody does, or who did died without a word.
  }
}

async function installPackages(reason) {
  process.stdout.write(`Installing packages (${reason}); this takes a minute or two the first time …\n`);
  const begun = Date.now();
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  const timer = setInterval(() => process.stdout.write(`    still installing, ${seconds()}\n`), 10_000);
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const [command, prefix] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const { code, output } = await run(command, [...prefix, ...args]);
  clearInterval(timer);
  if (code === 0) {
    writeFileSync(join(root, stampFile), lockHash());
    process.stdout.write(`Packages installed after ${seconds()}\n`);
    return;
  }
  const lines = output.trim().split("\n").slice(0, 12);
  fail(`npm ci failed (${code}):\n    ${lines.join("\n    ")}`, remedyFor(output));
}

function remedyFor(output) {
  if (/EUSAGE/.test(output))
    return "package.json and package-lock.json disagree: run npm install, and commit the lock file";
  if (/ENOSPC/.test(output)) return "the disk is full: free some space, then start again";
  if (/EACCES|EPERM/.test(output)) return "make this folder and your npm cache writable for you, then start again";
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET/.test(output)) {
    return "the npm registry cannot be reached: check the network or proxy, then start again";
  }
  return "mend the cause above, then start again (npm ci does the same by hand)";
}

function run(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...quietEnv },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    // Whoever stops this process stops the installation: left alone, it would go on with nobody to see it. npm does not always listen.
    const stop = (signal) => {
      child.once("close", () => process.exit(130));
      child.kill(signal);
      setTimeout(() => child.kill("SIGKILL"), 2000);
    };
    for (const signal of stopSignals) process.on(signal, stop);
    const end = (code) => {
      for (const signal of stopSignals) process.off(signal, stop);
      done({ code, output });
    };
    child.on("error", (error) => end(error.message));
    child.on("close", end);
  });
}

function runProgram(script, flags) {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compile") };
  const args = [...flags, "--disable-warning=ExperimentalWarning", join(root, script), ...process.argv.slice(2)];
  if (process.execve && process.platform !== "win32") {
    // The program takes this process over: one process less, and signals reach it directly.
    process.removeAllListeners("warning");
    process.execve(nodePath, [nodePath, ...args], env);
  }
  const child = spawn(nodePath, args, { cwd: root, stdio: "inherit", env });
  child.on("error", (error) => {
    fail(`the installed Node cannot run: ${error.message}`, "remove node_modules and start again");
  });
  // The program decides how to end; this process only waits for it, or tells it that npm is gone.
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500).unref();
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}

function fail(message, remedy) {
  if (takenBy() === null) rmSync(installingFile, { force: true });
  process.stdout.write(`\n✗ ${message}\n  → ${remedy}\n`);
  process.exit(1);
}
