/** Chooses and opens the backend that hosts workloads. */
import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { doorDir, type Log } from "@djinnbot/config";
import type { Redis } from "@djinnbot/events";
import { findNpm } from "./bubblewrap-args.ts";
import { findSandbox } from "./find-sandbox.ts";
import { createLimiter } from "./limits.ts";
import { createProcessWorkload } from "./process.ts";
import { installationId } from "./process-label.ts";
import { createRegistry } from "./registry.ts";
import { placeFilter } from "./seccomp.ts";
import { snapshotCheck } from "./snapshot.ts";
import type { Workload } from "./workload.ts";

export * from "./name.ts";
export * from "./redis-user.ts";
export type * from "./workload.ts";

/** The part of the engine's environment that concerns workloads. */
export interface WorkloadSettings {
  DEPLOYMENT_MODE: "process" | "docker";
  DATA_DIR: string;
  /** Only to tell this installation's workloads from another one's; never handed on. */
  AUTH_SECRET_KEY: string;
  /** Bundled program of the runtime (process). */
  RUNTIME_BUNDLE?: string | undefined;
  /** Path of bubblewrap (process); without it workloads are plain child processes. */
  BWRAP_PATH?: string | undefined;
  /** Image of the runtime (docker). */
  RUNTIME_IMAGE?: string | undefined;
  /** `unix://…` or `tcp://…` (docker); default: the local socket. */
  DOCKER_HOST?: string | undefined;
  DOCKER_NETWORK?: "none" | "bridge" | undefined;
  PATH?: string | undefined;
}

const defaultPath = "/usr/local/bin:/usr/bin:/bin";

/** Opens the backend of `settings.DEPLOYMENT_MODE`. Throws when it lacks a setting or Docker does not answer. */
export async function createWorkload(options: {
  settings: WorkloadSettings;
  redis: Redis;
  log: Log;
}): Promise<Workload> {
  const { settings, redis, log } = options;
  const { DATA_DIR: dataDir } = settings;
  const door = doorDir(dataDir);
  // The sockets come with the process that serves them; the folder is shown inside workloads that may start before it.
  await mkdir(door, { recursive: true });
  const installation = installationId({ dataDir: settings.DATA_DIR, secret: settings.AUTH_SECRET_KEY });
  const registry = createRegistry({ redis, installation, kind: settings.DEPLOYMENT_MODE });
  if (settings.DEPLOYMENT_MODE === "docker") {
    const image = required(settings.RUNTIME_IMAGE, "RUNTIME_IMAGE");
    const { DOCKER_HOST: dockerHost, DOCKER_NETWORK: network } = settings;
    // Its client brings gRPC and SSH along: some 10 MB, for who runs workloads in containers only.
    const { createDockerWorkload } = await import("./docker.ts");
    return createDockerWorkload({ installation, registry, image, dockerHost, network, door, log });
  }
  const bundle = required(settings.RUNTIME_BUNDLE, "RUNTIME_BUNDLE");
  const path = settings.PATH ?? defaultPath;
  const node = process.execPath;
  const takesSnapshot = snapshotCheck({ node, bundle, log });
  const [sandbox, snapshot] = await Promise.all([
    placeFilter(dataDir).then((filter) => findSandbox(settings.BWRAP_PATH, filter)),
    takesSnapshot(),
  ]);
  const userNamespace = sandbox.path !== null && sandbox.userNamespace;
  const prlimit = findProgram("prlimit", path);
  const filter = sandbox.path === null ? null : sandbox.filter;
  const limiter = await createLimiter({ installation, prlimit, canCount: userNamespace });
  if (sandbox.path === null) {
    log.warn({ reason: sandbox.reason }, "agents' processes are not sandboxed; for trusted use only");
  } else if (filter === null) {
    log.warn("agents' processes may use every system call: this machine or its bubblewrap takes no filter of them");
  }
  log.info(
    {
      sandbox: sandbox.path === null ? "none" : "bubblewrap",
      filter: filter !== null,
      limits: limiter.enforced,
      snapshot,
    },
    "workload backend: process",
  );
  const base = { node, npm: findNpm(path), bundle, userNamespace, filter };
  const bubblewrap = sandbox.path;
  const launching = { installation, limiter, bubblewrap, base, takesSnapshot, door, path };
  return createProcessWorkload({ ...launching, dataDir, registry, log });
}

function required(value: string | undefined, name: string): string {
  if (!value) {
    throw new Error(`${name} is not set, and this deployment mode needs it`);
  }
  return value;
}

/** Only in folders the sandbox shows as well. */
function findProgram(name: string, path: string): string | null {
  const files = path.split(delimiter).map((dir) => join(dir, name));
  const isExecutable = (file: string) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return files.find((file) => /^\/(usr\/)?(local\/)?s?bin\//.test(file) && isExecutable(file)) ?? null;
}
