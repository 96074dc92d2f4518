// `docker run` with what the engine's containers have: the same sandbox, limits and mounts.
import type { ContainerCreateOptions } from "dockerode";

/** Arguments of the Docker CLI that make the container which `spec` describes, detached. */
export function runArgs(spec: ContainerCreateOptions): string[] {
  const host = spec.HostConfig ?? {};
  const flags: [flag: string, values: readonly (string | number | undefined)[]][] = [
    ["--name", [spec.name]],
    ["--hostname", [spec.Hostname]],
    ["--user", [spec.User]],
    ["--workdir", [spec.WorkingDir]],
    ["--env", spec.Env ?? []],
    ["--label", Object.entries(spec.Labels ?? {}).map(([key, value]) => `${key}=${value}`)],
    ["--network", [host.NetworkMode]],
    ["--add-host", host.ExtraHosts ?? []],
    ["--tmpfs", Object.entries(host.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`)],
    ["--mount", (host.Mounts ?? []).map(mountOf)],
    ["--cap-drop", host.CapDrop ?? []],
    ["--security-opt", host.SecurityOpt ?? []],
    ["--ipc", [host.IpcMode]],
    ["--memory", [host.Memory]],
    ["--memory-swap", [host.MemorySwap]],
    ["--pids-limit", [host.PidsLimit ?? undefined]],
    ["--ulimit", (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)],
    ["--cpus", [host.NanoCpus === undefined ? undefined : host.NanoCpus / 1e9]],
    ["--log-driver", [host.LogConfig?.Type]],
    ["--log-opt", Object.entries(host.LogConfig?.Config ?? {}).map(([key, value]) => `${key}=${value}`)],
  ];
  const given = flags.flatMap(([flag, values]) =>
    values.flatMap((value) => (value === undefined ? [] : [flag, String(value)])),
  );
  // `--interactive` keeps the standard input open, as the engine's has it.
  return ["run", "--detach", "--interactive", "--init", "--read-only", ...given, spec.Image ?? ""];
}

function mountOf({ Source, Target, ReadOnly }: { Source: string; Target: string; ReadOnly?: boolean }): string {
  return `type=bind,source=${Source},target=${Target}${ReadOnly ? ",readonly" : ""}`;
}
