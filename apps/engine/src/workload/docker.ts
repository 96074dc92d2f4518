/** Workloads as containers of a Docker engine. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@djinnbot/config";
import type { WorkloadEnv } from "@djinnbot/contracts";
import Docker from "dockerode";
import { now } from "../lib/clock.ts";
import { ensureNetwork, quiet, removeUnusedNetworks } from "./docker-network.ts";
import { ownerOf } from "./docker-owner.ts";
import { seccompOptions } from "./docker-seccomp.ts";
import { type ContainerPlace, containerDoor, containerSpec, hostName, labelPrefix } from "./docker-spec.ts";
import { createLoopbackRelay, isLoopback, type LoopbackRelay } from "./loopback-relay.ts";
import type { Registry } from "./registry.ts";
import type { Workload, WorkloadSpec, WorkloadState } from "./workload.ts";

export interface DockerOptions {
  installation: string;
  registry: Registry;
  image: string;
  /** `unix://…`, `tcp://…`; default: the local socket. */
  dockerHost?: string | undefined;
  /** `none`: the door is the only way out. `bridge`: a network per tenant, from which nothing is kept away; Docker Desktop has no other. */
  network?: "none" | "bridge" | undefined;
  /** Folder of the door's sockets. */
  door: string;
  log: Log;
}

interface Host extends DockerOptions {
  network: "none" | "bridge";
  docker: Docker;
  hostName: string;
  /** Options of a container's security: the filter of system calls. */
  security: readonly string[];
  /** Docker Desktop: networks and their gateways are inside a virtual machine. */
  isVirtualMachine: boolean;
  relay: LoopbackRelay;
}

/** Time a workload gets to end when a sweep finds it past its deadline, in ms. */
const sweepGraceMs = 2000;
/** An exited container is kept this long (from its start), so that whoever drives it can read how it ended. */
const keepExitedMs = 60_000;
const outputLines = 20;

/** Throws when no Docker engine answers, or the image is not there. */
export async function createDockerWorkload(options: DockerOptions): Promise<Workload> {
  const docker = new Docker(connection(options.dockerHost));
  const info: { OperatingSystem?: string; Name?: string; SecurityOptions?: string[] | null } = await docker.info();
  await docker.getImage(options.image).inspect();
  const isVirtualMachine = info.OperatingSystem?.includes("Docker Desktop") === true;
  const host: Host = {
    ...options,
    docker,
    hostName: `docker:${info.Name ?? ""}`,
    security: seccompOptions(info.SecurityOptions ?? []),
    isVirtualMachine,
    network: isVirtualMachine ? "bridge" : (options.network ?? "none"),
    relay: createLoopbackRelay(options.log),
  };
  const starting = new Map<string, Promise<void>>();
  return {
    kind: "docker",
    sandbox: "container",
    network: host.network === "none" ? "door" : "open",
    ensure: async (spec) => {
      const running = starting.get(spec.name) ?? host.registry.exclusively(spec.name, () => start(host, spec));
      starting.set(spec.name, running);
      await running.finally(() => starting.delete(spec.name));
    },
    stop: (name, graceMs) => stop(host, name, graceMs),
    inspect: (name) => inspect(host, name),
    list: async () => (await list(host)).map(({ state }) => state),
    output: async (name) => {
      const asked = { stdout: true, stderr: true, tail: outputLines, follow: false as const };
      const logs = await docker.getContainer(name).logs(asked).catch(quiet(404));
      return logs ? linesOf(logs) : [];
    },
    sweep: async () => {
      for (const { state, deadlineAt } of await list(host)) {
        const isForgotten = state.status === "exited" && state.startedAt < now() - keepExitedMs;
        if (isForgotten || deadlineAt < now()) {
          await stop(host, state.name, sweepGraceMs);
        }
      }
      await removeUnusedNetworks(docker, host.installation);
      await host.relay.sweep();
    },
  };
}

async function inspect({ docker, installation }: Host, name: string): Promise<WorkloadState | null> {
  const found = await docker.getContainer(name).inspect().catch(quiet(404));
  if (!found || found.Config.Labels[`${labelPrefix}.installation`] !== installation) {
    return null;
  }
  const { Status, Running, ExitCode } = found.State;
  return stateOf(found.Config.Labels, Running, hasEnded(Status) ? ExitCode : null);
}

async function start(host: Host, spec: WorkloadSpec): Promise<void> {
  const { docker, installation, registry, log } = host;
  if ((await inspect(host, spec.name))?.status === "running") {
    return;
  }
  const removeOld = () => docker.getContainer(spec.name).remove({ force: true, v: true }).catch(quiet(404));
  await removeOld();
  const place = await placeFor(host, spec);
  const env = await reachable(spec.env, place.network, host.relay);
  await run(docker, { spec, place, env }).catch(async (error: Error) => {
    await removeOld();
    if (!/network .* not found/i.test(error.message)) {
      throw error;
    }
    // A sweep removed the network at this very moment.
    await run(docker, { spec, place: await placeFor(host, spec), env });
  });
  const { name, tenantId, runId, sessionId, deadlineAt } = spec;
  const whose = { installation, kind: "docker" as const, name, tenantId, runId, sessionId, host: host.hostName };
  await registry.put({ ...whose, startedAt: place.startedAt, deadlineAt });
  log.debug({ workload: name }, "workload started");
}

async function placeFor(host: Host, spec: WorkloadSpec): Promise<ContainerPlace> {
  const { installation, image, security } = host;
  const [network, user] = await Promise.all([networkFor(host, spec), ownerOf(spec)]);
  return { installation, image, network, security, user, startedAt: now() };
}

async function networkFor(host: Host, { tenantId }: WorkloadSpec): Promise<ContainerPlace["network"]> {
  const { docker, installation, network, door, isVirtualMachine } = host;
  if (network === "none") {
    return { name: "none", door };
  }
  const { name, gateway } = await ensureNetwork(docker, { installation, tenantId });
  return { name, hostAddress: isVirtualMachine || gateway === null ? "host-gateway" : gateway };
}

async function stop(host: Host, name: string, graceMs: number): Promise<void> {
  const state = await inspect(host, name);
  if (state) {
    await end(host.docker.getContainer(name), state.status === "running" ? graceMs : 0);
  }
  await host.registry.remove(name);
}

async function list({ docker, installation }: Host): Promise<{ state: WorkloadState; deadlineAt: number }[]> {
  const label = [`${labelPrefix}.installation=${installation}`, `${labelPrefix}.workload`];
  const found = await docker.listContainers({ all: true, filters: { label } });
  return Promise.all(
    found.map(async ({ Id, Labels, State }) => {
      const details = hasEnded(State) ? await docker.getContainer(Id).inspect().catch(quiet(404)) : null;
      const state = stateOf(Labels, State === "running", details?.State.ExitCode ?? null);
      return { state, deadlineAt: Number(Labels[`${labelPrefix}.deadline`]) };
    }),
  );
}

function hasEnded(status: string): boolean {
  return status === "exited" || status === "dead";
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

/** The door where there is one; else addresses on this machine's loopback become the name a container knows it by, and answer there. */
async function reachable(
  env: WorkloadEnv,
  network: ContainerPlace["network"],
  relay: LoopbackRelay,
): Promise<WorkloadEnv> {
  if (!("hostAddress" in network)) {
    return { ...env, DOOR_DIR: containerDoor };
  }
  const rewrite = async (address: string) => {
    const url = new URL(address);
    if (!isLoopback(url.hostname)) {
      return address;
    }
    const defaultPort = { "redis:": 6379, "rediss:": 6379, "https:": 443 }[url.protocol] ?? 80;
    if (network.hostAddress !== "host-gateway") {
      await relay.open(network.hostAddress, Number(url.port || defaultPort));
    }
    url.hostname = hostName;
    return url.href;
  };
  return { ...env, REDIS_URL: await rewrite(env.REDIS_URL), API_URL: await rewrite(env.API_URL) };
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
