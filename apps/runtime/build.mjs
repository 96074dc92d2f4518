// Bundles the runtime into dist/: main.js and the parts it loads on demand; runs with nothing but Node beside it.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

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
// A runtime that is at work loads its parts by name later on: those of earlier builds stay for a day.
const keepMs = 24 * 60 * 60 * 1000;
if (existsSync(outdir)) {
  for (const name of readdirSync(outdir)) {
    if (Date.now() - statSync(join(outdir, name)).mtimeMs > keepMs) {
      rmSync(join(outdir, name), { recursive: true, force: true });
    }
  }
}
await build({
  entryPoints: [join(room, "src/main.ts")],
  outdir,
  bundle: true,
  // Each provider's library is a file of its own, read when a step first needs it.
  splitting: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: true,
  sourcemap: "external",
  legalComments: "none",
  plugins: [englishOnly],
  // Libraries written for CommonJS ask for `require` at run time.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  logLevel: "warning",
});
