// Bundles the runtime into dist/main.js: one file that runs with nothing installed beside it.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const dist = new URL("dist/", import.meta.url).pathname;
rmSync(dist, { recursive: true, force: true });
await build({
  entryPoints: [new URL("src/main.ts", import.meta.url).pathname],
  outfile: `${dist}main.js`,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: true,
  keepNames: false,
  sourcemap: "external",
  legalComments: "none",
  // Libraries written for CommonJS ask for `require` at run time.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  logLevel: "warning",
});
