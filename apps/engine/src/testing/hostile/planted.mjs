// Left in the working copy, or running, for whoever comes to it from outside. The test looks at them there.
import { spawn } from "node:child_process";
import { existsSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { attempt, canRead, control, planted, run, targets } from "./attempt.mjs";

const secretFile = join(targets.victim.paths.workspace, "secret.txt");
const hooks = ["pre-commit", "post-commit", "post-checkout", "post-merge", "pre-push", "reference-transaction"];
const settings = ["core.fsmonitor", "core.sshCommand", "diff.external"];

export async function tryPlanting() {
  for (const [name, path] of [
    ["link-file", secretFile],
    ["link-dir", dirname(secretFile)],
    ["link-env", `/proc/${targets.engine.pid}/environ`],
  ]) {
    await attempt(`follow a link to ${name}`, () => {
      symlinkSync(path, name);
      return canRead(name);
    });
  }
  await attempt("plant a link to the root folder", () => {
    symlinkSync("/", "link-root");
    return control ? canRead("link-root") : planted;
  });
  await attempt("make a hard link to another tenant's file", () => {
    linkSync(secretFile, "hard");
    return true;
  });
  await attempt("plant hooks and configuration for whoever uses this repository", plantHooks);
  await attempt("leave a process behind", leaveProcess);
}

function plantHooks() {
  const command = `touch '${targets.outside}'`;
  mkdirSync(".git/hooks", { recursive: true });
  for (const hook of hooks) {
    writeFileSync(join(".git/hooks", hook), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  }
  for (const key of settings) {
    git("config", key, command);
  }
  if (!control) {
    return planted;
  }
  const told = git("-c", "user.name=H", "-c", "user.email=h@example.test", "commit", "--allow-empty", "-m", "x");
  if (!existsSync(targets.outside)) {
    throw new Error(`git ran nothing: ${told}`);
  }
  rmSync(targets.outside);
  return true;
}

function git(...args) {
  const { status, signal, stdout, stderr } = run("git", args, { stdio: ["ignore", "pipe", "pipe"] });
  if (status !== 0) {
    throw new Error(`git ${args.join(" ")} ended with ${signal ?? status}: ${stderr}`);
  }
  return stdout + stderr;
}

async function leaveProcess() {
  const deaf = "for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => {}); setInterval(() => {}, 1000)";
  const child = spawn(process.execPath, ["-e", deaf, targets.marker], { detached: true, stdio: "ignore" });
  child.unref();
  if (!control) {
    return child.pid !== undefined && planted;
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const isAlive = child.exitCode === null && child.signalCode === null;
  child.kill("SIGKILL");
  return isAlive;
}
