// Bundles the runtime into dist/: main.cjs starts it, runtime.cjs is all of its code, runtime.cache what V8 has compiled of it.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { startRehearsal } from "./rehearsal.mjs";

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

const room = import.meta.dirname;
const outdir = process.argv[2] ?? join(room, "dist");
mkdirSync(outdir, { recursive: true });
// V8 compares a cache with its source by length alone: an old one must never meet a new source.
rmSync(join(outdir, "runtime.cache"), { force: true });
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
  plugins: [englishOnly],
  logLevel: "warning",
});
copyFileSync(join(room, "start.cjs"), join(outdir, "main.cjs"));
await compile(join(outdir, "main.cjs"));

/** Lets the runtime take one whole step: what V8 has compiled by then goes into the cache. */
async function compile(main) {
  const workspace = mkdtempSync(join(tmpdir(), "djinnbot-rehearsal-"));
  const rehearsal = await startRehearsal({ workspace, home: workspace });
  try {
    // A step that takes as long is ended, and with it the build.
    const options = { env: { ...rehearsal.env, PATH: process.env.PATH }, timeout: 60_000, killSignal: "SIGKILL" };
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--compile"], options);
    if (!rehearsal.isCompleted()) {
      throw new Error(`the built runtime did not complete a step\n${stdout}`);
    }
  } finally {
    rehearsal.stop();
    rmSync(workspace, { recursive: true, force: true });
  }
}
