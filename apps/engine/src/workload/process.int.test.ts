import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { findSandbox } from "./find-sandbox.ts";
import { describeWorkload } from "./workload.conformance.ts";

const bundle = join(import.meta.dirname, "testing/probe/main.js");
const fetched = join(import.meta.dirname, "../../../../.data/tools/bin/bwrap");
const bubblewrap = [...(process.env.PATH ?? "").split(":").map((dir) => join(dir, "bwrap")), fetched].find((file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

const sandbox = await findSandbox(bubblewrap);

describeWorkload({
  label: "process in bubblewrap",
  isSandboxed: true,
  // Without user namespaces (an installation inside a chroot) root's sandbox keeps uid 0, with no capability.
  hasOwnUser: sandbox.path !== null && sandbox.userNamespace,
  skip: sandbox.path === null ? `bubblewrap cannot make a sandbox here: ${sandbox.reason}` : undefined,
  settings: async () => ({
    DEPLOYMENT_MODE: "process",
    RUNTIME_BUNDLE: bundle,
    BWRAP_PATH: bubblewrap,
    PATH: process.env.PATH,
  }),
});

describeWorkload({
  label: "plain process",
  isSandboxed: false,
  hasOwnUser: false,
  settings: async () => ({ DEPLOYMENT_MODE: "process", RUNTIME_BUNDLE: bundle, PATH: process.env.PATH }),
});
