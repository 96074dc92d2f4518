// Starting a container: the engine's Docker backend beside `docker run` and bare calls of the API, with the same image and limits.
import { join } from "node:path";
import { doorDir } from "@djinnbot/config";
import { version } from "@djinnbot/core";
import Docker, { type ContainerCreateOptions } from "dockerode";
import { ownerOf } from "../../apps/engine/src/workload/docker-owner.ts";
import { containerSpec } from "../../apps/engine/src/workload/docker-spec.ts";
import { buildRuntimeImage } from "../../apps/engine/src/workload/testing/build-image.ts";
import { Stage } from "../../apps/engine/src/workload/testing/stage.ts";
import type { WorkloadSpec } from "../../apps/engine/src/workload/workload.ts";
import { ensureDockerd } from "../../scripts/services/docker.ts";
import { run, which } from "../../scripts/services/process.ts";
import { paths } from "../../scripts/start/paths.ts";
import { stopWithPart } from "../lib/attempt.ts";
import type { Bench, Subject } from "../lib/bench.ts";
import { runArgs } from "./cli.ts";

const tag = "djinnbot-bench:idle";
const measure = "container: start asked → running";

interface Way {
  subject: Subject;
  /** Resolves when the container runs. */
  start(spec: WorkloadSpec): Promise<void>;
  samples: number[];
}

export async function measureContainer(bench: Bench): Promise<void> {
  const { dir } = await bench.backends();
  const engine = await ensureDockerd({ dir: join(dir, "docker"), toolsDir: paths.toolsDir, log: bench.log });
  if ("skip" in engine) return bench.note(`starting a container was not measured: ${engine.skip}`);
  stopWithPart(engine.stop);
  try {
    const docker = new Docker({ socketPath: engine.socket });
    await buildRuntimeImage({ docker, bundle: join(import.meta.dirname, "idle/main.js"), tag });
    try {
      await onImage(bench, { docker, socket: engine.socket });
    } finally {
      await docker.getImage(tag).remove({ force: true });
    }
  } finally {
    await engine.stop();
  }
}

async function onImage(bench: Bench, { docker, socket }: { docker: Docker; socket: string }): Promise<void> {
  const { redisUrl } = await bench.backends();
  const DOCKER_HOST = `unix://${socket}`;
  const settings = async () => ({ DEPLOYMENT_MODE: "docker" as const, RUNTIME_IMAGE: tag, DOCKER_HOST });
  const stage = await Stage.open({ label: "bench", settings, isSandboxed: true, hasOwnUser: true }, `${redisUrl}/201`);
  try {
    const ways = waysOf(stage, { docker, dockerHost: DOCKER_HOST });
    if (ways.length < 3) bench.note("container: there is no docker program here, so `docker run` was not measured");
    const { Version } = await docker.version();
    bench.log(`container: Docker ${Version}`);
    const count = bench.options.quick ? 5 : 50;
    for (let at = -2; at < count; at += 1) {
      // In turns and in changing order, so that a noisy moment meets all; the first ones warm up.
      for (const way of rotated(ways, at + 2)) {
        const spec = await stage.prepare();
        const begun = performance.now();
        await way.start(spec);
        if (at >= 0) way.samples.push(performance.now() - begun);
        await isRunning(docker, spec.name);
        await stage.workload.stop(spec.name, 0);
      }
    }
    addRows(bench, ways, Version);
  } finally {
    await stage.clear();
    await stage.close();
  }
}

function waysOf(stage: Stage, { docker, dockerHost }: { docker: Docker; dockerHost: string }): Way[] {
  const described = async (spec: WorkloadSpec): Promise<ContainerCreateOptions> => {
    const hasDoor = stage.workload.network === "door";
    const network = hasDoor
      ? { name: "none" as const, door: doorDir(stage.dataDir) }
      : { name: "bridge", hostAddress: "host-gateway" };
    const user = await ownerOf(spec);
    // Docker's own filter of system calls: the command line takes one as a file, and whoever starts a container by hand has none.
    return containerSpec(spec, {
      installation: "bench",
      image: tag,
      network,
      security: [],
      user,
      startedAt: Date.now(),
    });
  };
  const bare = async (spec: WorkloadSpec) => (await docker.createContainer(await described(spec))).start();
  const cli = which("docker");
  const byCli = async (command: string, spec: WorkloadSpec) => {
    const env = { PATH: process.env.PATH, DOCKER_HOST: dockerHost };
    const { code, stderr } = await run(command, runArgs(await described(spec)), { env });
    if (code !== 0) throw new Error(`docker run failed: ${stderr.slice(0, 500)}`);
  };
  return [
    {
      subject: { kind: "ours", name: `djinnbot ${version}, Docker backend` },
      start: stage.workload.ensure,
      samples: [],
    },
    ...(cli === null
      ? []
      : [
          {
            subject: { kind: "peer", name: "docker run --detach" } as const,
            start: (spec: WorkloadSpec) => byCli(cli, spec),
            samples: [],
          },
        ]),
    { subject: { kind: "floor", name: "bare: API create + start" }, start: bare, samples: [] },
  ];
}

const rotated = <T>(list: readonly T[], by: number): T[] => list.map((_, at) => list[(at + by) % list.length] as T);

async function isRunning(docker: Docker, name: string): Promise<void> {
  const { State } = await docker.getContainer(name).inspect();
  if (!State.Running) throw new Error(`the container does not run: ${State.Status}, exit code ${State.ExitCode}`);
}

/** The overhead is that of each pair, so that what slows down both does not count. */
function addRows(bench: Bench, [ours, ...others]: readonly Way[], dockerVersion: string): void {
  if (!ours) return;
  const named = ({ kind, name }: Subject) => ({
    kind,
    name: kind === "ours" ? name : `${name} (Docker ${dockerVersion})`,
  });
  for (const { subject, samples } of [ours, ...others]) {
    bench.add({ measure, subject: named(subject), unit: "ms", of: "starts" }, samples);
  }
  for (const { subject, samples } of others) {
    const over = samples.map((ms, at) => (ours.samples[at] ?? Number.NaN) - ms);
    const overhead = `container: the engine's overhead over ${subject.name}, in pairs`;
    bench.add({ measure: overhead, subject: ours.subject, unit: "ms", of: "pairs" }, over);
  }
}
