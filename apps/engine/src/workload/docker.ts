/** Workloads as containers of a Docker engine. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@djinnbot/config";
import type { WorkloadEnv } from "@djinnbot/contracts";
import Docker from "dockerode";
import { ensureNetwork, quiet, removeUnusedNetworks } from "./docker-network.ts";
import { ownerOf } from "./docker-owner.ts";
import { type ContainerPlace, containerSpec, hostName, labelPrefix } from "./docker-spec.ts";
import { createLoopbackRelay, isLoopback, type LoopbackRelay } from "./loopback-relay.ts";
import type { Registry } from "./registry.ts";
import type { Workload, WorkloadSpec, WorkloadState } from "./workload.ts";

export interface DockerOptions {
  installation: string;
  registry: Registry;
  image: string;
  /** `unix://…`, `tcp://…`; default: the local socket. */
  dockerHost?: string | undefined;
  log: Log;
}

/** An exited container is kept this long (from its start), so that whoever drives it can read how it ended. */
const keepExitedMs = 60_000;
const outputLines = 20;

/** Throws when no Docker engine answers, or the image is not there. */
export async function createDockerWorkload(options: DockerOptions): Promise<Workload> {
  const { installation, registry, image, log } = options;
  const docker = new Docker(connection(options.dockerHost));
  const info: { OperatingSystem?: string; Name?: string } = await docker.info();
  await docker.getImage(image).inspect();
  const host = `docker:${info.Name ?? ""}`;
  const relay = createLoopbackRelay(log);
  const starting = new Map<string, Promise<void>>();
  const isVirtualMachine = info.OperatingSystem?.includes("Docker Desktop") === true;

  const inspect = async (name: string): Promise<WorkloadState | null> => {
    const found = await docker.getContainer(name).inspect().catch(quiet(404));
    if (!found || found.Config.Labels[`${labelPrefix}.installation`] !== installation) {
      return null;
    }
    const hasEnded = found.State.Status === "exited" || found.State.Status === "dead";
    const exitCode = hasEnded ? found.State.ExitCode : null;
    return stateOf(found.Config.Labels, found.State.Running, exitCode);
  };

  const placeFor = async (spec: WorkloadSpec): Promise<ContainerPlace> => {
    const { name, gateway } = await ensureNetwork(docker, { installation, tenantId: spec.tenantId });
    const hostAddress = isVirtualMachine || gateway === null ? "host-gateway" : gateway;
    const user = await ownerOf(spec);
    return { installation, image, network: name, hostAddress, user, startedAt: Date.now() };
  };

  const start = async (spec: WorkloadSpec) => {
    if ((await inspect(spec.name))?.status === "running") {
      return;
    }
    await docker.getContainer(spec.name).remove({ force: true, v: true }).catch(quiet(404));
    const place = await placeFor(spec);
    const env = await reachable(spec.env, { address: place.hostAddress, relay });
    await run(docker, { spec, place, env }).catch(async (error: Error) => {
      await docker.getContainer(spec.name).remove({ force: true, v: true }).catch(quiet(404));
      if (!/network .* not found/i.test(error.message)) {
        throw error;
      }
      // A sweep removed the network at this very moment.
      await run(docker, { spec, place: await placeFor(spec), env });
    });
    const { name, tenantId, runId, sessionId, deadlineAt } = spec;
    const entry = { installation, kind: "docker" as const, name, tenantId, runId, sessionId, host, deadlineAt };
    await registry.put({ ...entry, startedAt: place.startedAt });
    log.debug({ workload: name }, "workload started");
  };

  const stop = async (name: string, graceMs: number) => {
    const state = await inspect(name);
    const sessionId = state?.sessionId ?? (await registry.find(name))?.sessionId;
    if (state) {
      await end(docker.getContainer(name), state.status === "running" ? graceMs : 0);
    }
    if (sessionId !== undefined) {
      await registry.remove(sessionId);
    }
  };

  const listWithDeadline = async () => {
    const label = [`${labelPrefix}.installation=${installation}`, `${labelPrefix}.workload`];
    const found = await docker.listContainers({ all: true, filters: { label } });
    return Promise.all(
      found.map(async ({ Labels, State }) => ({
        deadlineAt: Number(Labels[`${labelPrefix}.deadline`]),
        state: stateOf(Labels, State === "running", await exitCodeOf(docker, Labels, State)),
      })),
    );
  };

  return {
    kind: "docker",
    sandbox: "container",
    inspect,
    stop,
    list: async () => (await listWithDeadline()).map(({ state }) => state),
    ensure: async (spec) => {
      const running = starting.get(spec.name) ?? registry.exclusively(spec.name, () => start(spec));
      starting.set(spec.name, running);
      await running.finally(() => starting.delete(spec.name));
    },
    output: async (name) => {
      const logs = await docker
        .getContainer(name)
        .logs({ stdout: true, stderr: true, tail: outputLines, follow: false })
        .catch(quiet(404));
      return logs ? linesOf(logs) : [];
    },
    sweep: async () => {
      for (const { state, deadlineAt } of await listWithDeadline()) {
        const isForgotten = state.status === "exited" && state.startedAt < Date.now() - keepExitedMs;
        if (isForgotten || deadlineAt < Date.now()) {
          await stop(state.name, 2000);
        }
      }
      await removeUnusedNetworks(docker, installation);
      await relay.sweep();
    },
  };
}

function connection(dockerHost: string | undefined) {
  if (dockerHost?.startsWith("unix://")) {
    return { socketPath: dockerHost.slice("unix://".length) };
  }
  if (dockerHost === undefined) {
    return { socketPath: "/var/run/docker.sock" };
  }
  const { hostname, port, protocol } = new URL(dockerHost.replace(/^tcp:/, "http:"));
  return {
    host: hostname,
    port: Number(port),
    protocol: protocol === "https:" ? ("https" as const) : ("http" as const),
  };
}

/** Creates and starts the container, and writes its environment to its standard input: nothing of it is stored anywhere. */
async function run(docker: Docker, of: { spec: WorkloadSpec; place: ContainerPlace; env: WorkloadEnv }): Promise<void> {
  const container = await docker.createContainer(containerSpec(of.spec, of.place));
  const input = await container.attach({ stream: true, stdin: true, stdout: false, stderr: false, hijack: true });
  input.on("error", () => undefined);
  await container.start();
  await new Promise<void>((resolve) => input.end(JSON.stringify(of.env), resolve));
  input.resume();
}

async function end(container: Docker.Container, graceMs: number): Promise<void> {
  if (graceMs > 0) {
    const timer = new AbortController();
    const ended = container.wait().catch(quiet(404));
    await container.kill({ signal: "SIGTERM" }).catch(quiet(404, 409));
    await Promise.race([ended, sleep(graceMs, null, { signal: timer.signal }).catch(() => null)]);
    timer.abort();
  }
  // 409: another engine is removing it at this moment.
  await container.remove({ force: true, v: true }).catch(quiet(404, 409));
}

/** Addresses on this machine's loopback are rewritten to the name a container knows it by, and made to answer there. */
async function reachable(env: WorkloadEnv, host: { address: string; relay: LoopbackRelay }): Promise<WorkloadEnv> {
  const rewrite = async (address: string) => {
    const url = new URL(address);
    if (!isLoopback(url.hostname)) {
      return address;
    }
    const defaultPort = { "redis:": 6379, "rediss:": 6379, "https:": 443 }[url.protocol] ?? 80;
    if (host.address !== "host-gateway") {
      await host.relay.open(host.address, Number(url.port || defaultPort));
    }
    url.hostname = hostName;
    return url.href;
  };
  return { ...env, REDIS_URL: await rewrite(env.REDIS_URL), API_URL: await rewrite(env.API_URL) };
}

async function exitCodeOf(docker: Docker, labels: Record<string, string>, state: string): Promise<number | null> {
  if (state !== "exited" && state !== "dead") {
    return null;
  }
  const found = await docker
    .getContainer(labels[`${labelPrefix}.workload`] ?? "")
    .inspect()
    .catch(quiet(404));
  return found?.State.ExitCode ?? null;
}

function stateOf(labels: Record<string, string>, isRunning: boolean, exitCode: number | null): WorkloadState {
  const label = (name: string) => labels[`${labelPrefix}.${name}`] ?? "";
  return {
    name: label("workload"),
    sessionId: label("session"),
    runId: label("run"),
    tenantId: label("tenant"),
    status: isRunning ? "running" : "exited",
    exitCode,
    startedAt: Number(label("started")),
  };
}

/** Docker frames what a container writes: 8 bytes of header (stream, length) before each part. */
function linesOf(framed: Buffer): string[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= framed.length; ) {
    const length = framed.readUInt32BE(at + 4);
    parts.push(framed.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const text = Buffer.concat(parts).toString("utf8").trimEnd();
  return text === "" ? [] : text.split("\n").slice(-outputLines);
}
