// How an attempt is made and told: one JSON line each.
// `refused` with the error, `succeeded` with what it got, `impossible` with the program or thing that is not there to try it with, or
// `planted`: done, and whether it does harm shows outside only.
import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where and on whom: written by the test. `targets.control` is set when this runs without a sandbox, to prove that it could work. */
export const targets = JSON.parse(readFileSync(process.argv[2], "utf8"));
export const { control } = targets;
export const planted = Symbol("planted");

class Missing extends Error {}
/** Throw it for what the attempt is made with or, in the control, on. */
export const missing = (what) => new Missing(what);

/** `needs: "root"`: outside of a sandbox this, too, is for a machine's administrator only. */
export async function attempt(name, use, { needs } = {}) {
  const say = (outcome, detail = "") =>
    process.stdout.write(`${JSON.stringify({ name, needs, outcome, detail: String(detail).slice(0, 300) })}\n`);
  try {
    const got = await Promise.race([use(), new Promise((resolve) => setTimeout(resolve, 8000, null))]);
    if (got === planted) {
      say("planted");
    } else {
      say(got ? "succeeded" : "refused", got === true ? "" : (got ?? "no answer"));
    }
  } catch (error) {
    if (!error.code && ![Error, Missing].includes(error.constructor)) {
      throw error; // a mistake of its own must not pass for a refusal
    }
    const isAbsent = control && ["ENOENT", "ENOTDIR"].includes(error.code);
    const what = error instanceof Missing ? error.message : isAbsent ? (error.path ?? error.message) : null;
    say(what === null ? "refused" : "impossible", what ?? error.code ?? error.message);
  }
}

/** Runs a program; its end is `{ status, signal, stdout }`. */
export function run(file, args, options = {}) {
  const end = spawnSync(file, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 20_000,
    ...options,
  });
  if (end.error?.code === "ENOENT") {
    throw missing(file);
  }
  if (end.error) {
    throw end.error;
  }
  return end;
}
/** Runs a script with the Node at hand, in a process of its own. */
export const runNode = (script, options) => run(process.execPath, ["-e", script], options);

export function canRead(path) {
  return statSync(path).isDirectory() ? readdirSync(path).length > 0 : readFileSync(path).length > 0;
}
/** Whether a file can be made in the folder; the control of a system's folder only asks. */
export function canCreateIn(dir, { ask = false } = {}) {
  if (ask) {
    accessSync(dir, constants.W_OK);
    return true;
  }
  const file = join(dir, "planted");
  writeFileSync(file, "x");
  if (control) {
    rmSync(file);
  }
  return true;
}

/** The first thing for which `use` answers something; else the error that says most. */
export function any(things, use) {
  let told = Object.assign(new Error("nothing to try it on"), { code: "ENOENT" });
  for (const thing of things) {
    try {
      const got = use(thing);
      if (got) {
        return got === true ? String(thing) : got;
      }
      told = null;
    } catch (error) {
      told = told?.code === "ENOENT" ? error : told;
    }
  }
  if (told !== null) {
    throw told;
  }
  return false;
}
