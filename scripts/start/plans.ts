// Which processes make the product, and how each is started.
import { dirname } from "node:path";
import { internalUrl, type Runtime, serviceEnv } from "./child-env.ts";
import { type ChildPlan, logPath } from "./children.ts";
import { paths } from "./paths.ts";

/**
 * Short-lived memory of each process is kept small (MB): V8 would take three times 16 before it looks for what can go, and these
 * processes spend most of their time waiting. For the same reason one thread compiles and collects beside them, not four: each keeps
 * memory of its own.
 */
const memoryFlags = ["--max-semi-space-size=4", "--v8-pool-size=1"];

/** The web app: the dashboard, and the front door of the API. */
export function webPlan(runtime: Runtime): ChildPlan {
  const { PORT, HOST, DATA_DIR } = runtime.settings;
  return {
    name: "web",
    command: paths.node,
    args: [...memoryFlags, paths.next, runtime.isDev ? "dev" : "start", "-p", String(PORT), "-H", HOST],
    cwd: paths.webDir,
    // It ends when it has done what workloads have asked of it, which Next does not know.
    env: { ...serviceEnv(runtime), NEXT_MANUAL_SIG_HANDLE: "true" },
    logFile: logPath(DATA_DIR, "web"),
    readyUrl: `${internalUrl(runtime.settings)}/health/ready`,
    // More than the 10 s after which the web app cuts off what still goes on.
    graceMs: 12_000,
  };
}

/** The engine: executes runs. A stop lets it finish what it is doing. */
export function enginePlan(runtime: Runtime): ChildPlan {
  return {
    name: "engine",
    command: paths.node,
    args: [...memoryFlags, ...(runtime.isDev ? ["--watch", "--watch-preserve-output"] : []), paths.engineMain],
    cwd: dirname(dirname(paths.engineMain)),
    env: serviceEnv(runtime),
    logFile: logPath(runtime.settings.DATA_DIR, "engine"),
    readyUrl: `http://127.0.0.1:${runtime.engineHealthPort}/health/ready`,
    graceMs: 35_000,
  };
}
