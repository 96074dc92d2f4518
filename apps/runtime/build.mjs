// Bundles the runtime into dist/: main.cjs starts it, runtime.cjs is all of its code, runtime.cache what V8 has compiled of it, and
// runtime.snapshot a process that has loaded it already, for the Node that made it.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { rehearsal, startRehearsal } from "./rehearsal.mjs";

/** zod brings its messages in some fifty languages; parsing them would be a third of the start-up time. */
const englishOnly = {
  name: "english-only",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    }));
  },
};

/**
 * TLS is loaded when a connection asks for it, which ours to Redis rarely does: a program that holds it cannot become a snapshot. For
 * modules in CommonJS only, which ask `require("tls")` for a name when they need it.
 */
const lateTls = {
  name: "late-tls",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?tls$/ }, () => ({ path: "tls", namespace: "late" }));
    onLoad({ filter: /.*/, namespace: "late" }, () => ({
      contents: 'module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule("node:tls")[name] });',
    }));
  },
};

const room = import.meta.dirname;
const outdir = process.argv[2] ?? join(room, "dist");
const main = join(outdir, "main.cjs");
const snapshot = join(outdir, "runtime.snapshot");
mkdirSync(outdir, { recursive: true });
// V8 compares a cache with its source by length alone, and a snapshot with none: an old one must never meet a new source.
for (const file of [join(outdir, "runtime.cache"), snapshot]) {
  rmSync(file, { force: true });
}
await build({
  entryPoints: [join(room, "src/main.ts")],
  // One file: a runtime that is at work never comes back for another part, whatever was built meanwhile.
  outfile: join(outdir, "runtime.cjs"),
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  minify: true,
  legalComments: "none",
  plugins: [englishOnly, lateTls],
  logLevel: "warning",
});
copyFileSync(join(room, "start.cjs"), main);
await rehearse([main, "--compile"]);
await takeSnapshot().catch((error) => {
  rmSync(`${snapshot}.new`, { force: true });
  console.warn(`No snapshot of the runtime here; it starts a little later without.\n${error.message}`);
});

/** A process that has loaded the program and done what is always the same. Two that begin with it must not draw the same numbers. */
async function takeSnapshot() {
  const fresh = ["--snapshot-blob", `${snapshot}.new`];
  const make = ["--no-warnings", ...fresh, "--build-snapshot", join(outdir, "runtime.cjs"), JSON.stringify(rehearsal)];
  await promisify(execFile)(process.execPath, make, { env: {}, timeout: 60_000, killSignal: "SIGKILL" });
  const ids = [...(await rehearse([...fresh, main])), ...(await rehearse([...fresh, main]))];
  if (new Set(ids).size < ids.length) {
    throw new Error(`two runtimes drew the same identifiers: ${ids.join(", ")}`);
  }
  renameSync(`${snapshot}.new`, snapshot);
}

/** Lets a runtime take one whole step, and answers the identifiers of what it told. What V8 has compiled by then goes into the cache. */
async function rehearse(words) {
  const workspace = mkdtempSync(join(tmpdir(), "djinnbot-rehearsal-"));
  const stage = await startRehearsal({ workspace, home: workspace });
  try {
    // A step that takes as long is ended, and with it the build.
    const options = { env: { ...stage.env, PATH: process.env.PATH }, timeout: 60_000, killSignal: "SIGKILL" };
    const { stdout } = await promisify(execFile)(process.execPath, words, options);
    if (!stage.isCompleted()) {
      throw new Error(`the built runtime did not complete a step\n${stdout}`);
    }
    return stage.ids();
  } finally {
    stage.stop();
    rmSync(workspace, { recursive: true, force: true });
  }
}
