// Where things are in this checkout.
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export const paths = {
  root,
  /** Programs fetched for this checkout; shared by the launcher and the tests. */
  toolsDir: resolve(root, ".data/tools"),
  node: resolve(root, "node_modules/.bin/node"),
  webDir: resolve(root, "apps/web"),
  engineMain: resolve(root, "apps/engine/src/main.ts"),
  runtimeBuild: resolve(root, "apps/runtime/build.mjs"),
  runtimeBundle: resolve(root, "apps/runtime/dist/main.cjs"),
  next: resolve(root, "node_modules/next/dist/bin/next"),
  compileCache: resolve(root, "node_modules/.cache/compile"),
  envExample: resolve(root, ".env.example"),
  /** Tests point to another one: a developer's own settings must not change their outcome. */
  envFile: process.env.DJINNBOT_ENV_FILE ?? resolve(root, ".env"),
};
