/** Starting the process of a workload: detached from us, with its environment on a descriptor instead of in its environment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { bubblewrapArgs, runtimeCommand, type SandboxBase, sandboxDoor, sandboxPath } from "./bubblewrap-args.ts";
import type { Limiter } from "./limits.ts";
import { awaitWritten, type WorkloadFiles, withStatus, writeExitCode } from "./process-files.ts";
import { formatLabel } from "./process-label.ts";
import { keepLog } from "./process-log.ts";
import { withFilter } from "./seccomp.ts";
import type { WorkloadSpec } from "./workload.ts";

export interface LaunchOptions {
  installation: string;
  limiter: Limiter;
  /** Path of a bubblewrap that works here; null = plain children. */
  bubblewrap: string | null;
  base: SandboxBase;
  /** Whether a runtime can begin with the snapshot beside the bundle now. */
  takesSnapshot: () => Promise<boolean>;
  /** Folder of the door's sockets; a sandbox has no other way out. */
  door: string;
  /** PATH of plain children. */
  path: string;
}

/** Starts the process, hands it its environment, and answers the pid of the outermost one. It does not end with us. */
export async function launch(
  options: LaunchOptions,
  of: { spec: WorkloadSpec; files: WorkloadFiles; startedAt: number },
): Promise<number> {
  const { spec, files } = of;
  const isPlain = options.bubblewrap === null;
  const around = await options.limiter.wrap(spec.name, spec.limits);
  const hasSnapshot = await options.takesSnapshot();
  const [file = "", ...args] = [...around, ...commandLine(options, { ...of, hasSnapshot })];
  const plainEnv = { PATH: options.path, HOME: spec.home, LANG: "C.UTF-8", DJINNBOT_ENV_FD: "3" };
  const log = keepLog(files.log, { around });
  const child = withStatus(files, (status) =>
    spawn(file, args, {
      cwd: isPlain ? spec.workdir : "/",
      // In a sandbox the environment of bubblewrap itself can be read as that of process 1: it gets nothing to tell.
      env: isPlain ? plainEnv : { PATH: sandboxPath },
      detached: true,
      stdio: ["ignore", log.input, log.input, "pipe", status],
    }),
  );
  log.input.destroy();
  child.unref();
  const pipe = child.stdio[3];
  if (pipe && "write" in pipe) {
    // A process that ended at once shows in `inspect`; the broken pipe says nothing more.
    pipe.on("error", () => undefined);
    const env = isPlain ? spec.env : { ...spec.env, DOOR_DIR: sandboxDoor };
    pipe.end(JSON.stringify(env), () => pipe.destroy());
  }
  awaitWritten(files, [log.ended, ...(isPlain ? [writeExitCode(files, child)] : [])]);
  await once(child, "spawn");
  if (child.pid === undefined) {
    throw new Error(`${file} did not start`);
  }
  return child.pid;
}

function commandLine(
  options: LaunchOptions,
  { spec, startedAt, hasSnapshot }: { spec: WorkloadSpec; startedAt: number; hasSnapshot: boolean },
): string[] {
  const { installation, base, limiter, bubblewrap, door } = options;
  const { name, tenantId, runId, sessionId, home } = spec;
  const label = formatLabel({ installation, name, tenantId, runId, sessionId, startedAt, home });
  const isSandboxed = bubblewrap !== null;
  const program = [...limiter.inner(spec.limits), ...runtimeCommand(base, { isSandboxed, hasSnapshot }), label];
  if (!isSandboxed) {
    return program;
  }
  const sandbox = bubblewrapArgs({ base, spec, door, statusFd: 4 });
  const filter = base.filter === null ? [] : withFilter(base.filter);
  return [...filter, bubblewrap, ...sandbox, ...program];
}
