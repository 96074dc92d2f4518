/** What Docker is told about a workload's container: small, unprivileged, and with nothing of the host but its mounts. */
import type { ContainerCreateOptions } from "dockerode";
import type { WorkloadSpec } from "./workload.ts";

export const labelPrefix = "djinnbot";
/** Name under which a container reaches services of the machine it runs on. */
export const hostName = "host.docker.internal";
/** Where the sockets of the door are inside a container without a network. */
export const containerDoor = "/opt/djinnbot/door";
const mib = 1024 * 1024;

export interface ContainerPlace {
  installation: string;
  image: string;
  /** Without a network the folder of the door's sockets; with one its name, and the address behind {@link hostName}. */
  network: { name: "none"; door: string } | { name: string; hostAddress: string };
  /** `uid:gid` the container runs as; owner of what it may write. */
  user: string;
  /** The filter of system calls, as an option; empty where Docker has one that is to stay, or none. */
  security: readonly string[];
  startedAt: number;
}

export function labelsOf(spec: WorkloadSpec, place: Pick<ContainerPlace, "installation" | "startedAt">) {
  return {
    [`${labelPrefix}.installation`]: place.installation,
    [`${labelPrefix}.workload`]: spec.name,
    [`${labelPrefix}.tenant`]: spec.tenantId,
    [`${labelPrefix}.run`]: spec.runId,
    [`${labelPrefix}.session`]: spec.sessionId,
    [`${labelPrefix}.started`]: String(place.startedAt),
    [`${labelPrefix}.deadline`]: String(spec.deadlineAt),
  };
}

function bind(source: string, target: string, access: "read" | "write") {
  return { Type: "bind" as const, Source: source, Target: target, ReadOnly: access === "read" };
}

/** The body of `POST /containers/create`. The workload's environment is not in it: it goes to the standard input, once. */
export function containerSpec(spec: WorkloadSpec, place: ContainerPlace): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: place.image,
    Hostname: "sandbox",
    User: place.user,
    WorkingDir: spec.workdir,
    Env: ["DJINNBOT_ENV_FD=0", `HOME=${spec.home}`, "LANG=C.UTF-8"],
    Labels: labelsOf(spec, place),
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      // Reaps what the agent's programs leave behind, and passes signals on.
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: "no" },
      NetworkMode: place.network.name,
      ExtraHosts: "hostAddress" in place.network ? [`${hostName}:${place.network.hostAddress}`] : [],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,nosuid,nodev,size=1g,mode=1777" },
      Mounts: [
        ...spec.mounts.map(({ path, access }) => bind(path, path, access)),
        ...("door" in place.network ? [bind(place.network.door, containerDoor, "read")] : []),
      ],
      CapDrop: ["ALL"],
      Privileged: false,
      SecurityOpt: ["no-new-privileges:true", ...place.security],
      IpcMode: "private",
      Memory: spec.limits.memoryMb * mib,
      MemorySwap: spec.limits.memoryMb * mib,
      PidsLimit: spec.limits.pids,
      Ulimits: [
        { Name: "fsize", Soft: spec.limits.diskMb * mib, Hard: spec.limits.diskMb * mib },
        // The kernel counts what is in message queues for each user, here for all workloads together.
        { Name: "msgqueue", Soft: 0, Hard: 0 },
      ],
      NanoCpus: Math.round(spec.limits.cpus * 1e9),
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "1" } },
    },
  };
}
