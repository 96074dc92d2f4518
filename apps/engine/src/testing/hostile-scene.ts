/** Where a hostile agent plays: a victim that is at work, sockets of operators, and what the agent knows of all this. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { type TestBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { paths } from "../../../../scripts/start/paths.ts";
import type { Platform } from "./platform.ts";
import { becomes, lineOf } from "./watch.ts";

export const secret = "another-tenants-secret-9f2c";

export interface Victim {
  tenantId: string;
  runId: string;
  /** Of its runtime and whatever is around it, as the machine numbers them. */
  pids: number[];
  paths: Record<string, string>;
}

/** A run of another tenant that is at work the whole time, with a secret in its working copy. */
export async function startVictim(
  platform: Platform,
  tenant: Awaited<ReturnType<Platform["tenant"]>>,
): Promise<Victim> {
  const { client, tenantId } = tenant;
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("victim")));
  writeFileSync(join(repository, "secret.txt"), secret);
  commitAll(repository, "A secret");
  const yamlContent = lineOf(unique("victim"), [{ agent: "architect" }]);
  const { id: pipelineId } = await client.api.pipelines.create.mutate({ yamlContent });
  const input = { pipelineId, task: "Slowly.", repository, modelOverride: "demo/demo-slow-20" };
  const { id: runId } = await client.api.runs.create.mutate(input);
  const { workspace, run, root, ...own } = tenantPaths(platform.dataDir, tenantId);
  await becomes(async () => existsSync(join(workspace(runId), "secret.txt")), true, 30_000);
  await becomes(async () => pidsOf(runId).length > 0, true, 30_000);
  const mirror = own.mirror(repository);
  return {
    tenantId,
    runId,
    pids: pidsOf(runId),
    paths: { workspace: workspace(runId), run: run(runId), mirror, root },
  };
}

/** Processes that name the run, or work in its folder. */
function pidsOf(runId: string): number[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(runId) ||
          readlinkSync(`/proc/${pid}/cwd`).includes(runId)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Sockets that anybody may connect to who gets there, as an operator's tools would have them. */
export interface Sockets {
  paths: string[];
  /** Name of one that is in no folder. */
  abstract: string;
  close(): void;
}

export function openSockets(dataDir: string): Sockets {
  mkdirSync(paths.toolsDir, { recursive: true });
  const abstract = unique("djinnbot-hostile");
  const files = [join(dataDir, "operator.sock"), join(paths.toolsDir, `${unique("launcher")}.sock`)];
  const open = (options: object): Server =>
    createServer((socket) => socket.on("error", () => undefined).end()).listen(options);
  const servers = [...files.map((path) => open({ path, writableAll: true })), open({ path: `\0${abstract}` })];
  return { paths: files, abstract, close: () => servers.forEach((server) => void server.close()) };
}

export interface Scene {
  platform: Platform;
  backends: TestBackends;
  hosts: string[];
  enginePort: number;
  /** What a file may take. */
  diskMb: number;
  victim: Victim;
  sockets: Sockets;
  marker: string;
  outside: string;
}

const systemSockets = [
  ...["/var/run/docker.sock", "/run/docker.sock", "/var/run/postgresql", "/run/systemd/private"],
  "/run/containerd/containerd.sock",
];

/** What `hostile/attempt.mjs` reads. */
export function targetsOf({ platform, backends, victim, sockets, ...scene }: Scene) {
  const postgres = new URL(backends.systemUrl);
  const { dataDir } = platform;
  const { hosts, marker, outside, enginePort, diskMb } = scene;
  return {
    ...{ dataDir, victim, marker, outside, hosts },
    engine: { pid: platform.engines[0]?.child.pid, port: enginePort },
    files: [
      ["the engine's log", platform.engines[0]?.log ?? ""],
      ["the folder of repositories", platform.repositoriesDir],
      ["the product's sources", join(process.cwd(), "package.json")],
      ["the folder of the launcher", join(process.cwd(), ".data")],
      ["/etc/shadow", "/etc/shadow", "root"],
      ["/root", "/root", "root"],
      ["/etc/machine-id", "/etc/machine-id"],
    ],
    ...{
      runtime: dirname(paths.runtimeBundle),
      sockets: sockets.paths,
      abstractSocket: sockets.abstract,
      systemSockets,
    },
    devices: devices(),
    postgres: { port: Number(postgres.port), database: postgres.pathname.slice(1) },
    redis: { port: Number(new URL(backends.redisUrl).port) },
    api: { port: Number(new URL(platform.api.url).port) },
    secretParts: ["demo-key-", "0123456789"],
    bombs: {
      ...{ forks: 400, memoryMb: 2000, fileBytes: 10_000_000_000, sparseBytes: 10_000_000_000 },
      ...{ smallWrites: 80_000, roomBytes: 1_200_000_000, mostBytes: diskMb * 1024 * 1024 },
    },
  };
}
export type Targets = ReturnType<typeof targetsOf>;

function devices(): string[] {
  const disks = readdirSync("/dev")
    .filter((name) => !/^(loop|ram|zram)\d/.test(name))
    .map((name) => join("/dev", name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice());
  return [...disks, "/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/userfaultfd"];
}

/** A repository with the attempts in it. */
export async function hostileRepository(platform: Platform, targets: object): Promise<string> {
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("hostile")));
  placeAttempts(repository, targets);
  commitAll(repository, "Harmless");
  return repository;
}

export function placeAttempts(dir: string, targets: object): void {
  cpSync(new URL("./hostile/", import.meta.url), join(dir, "hostile"), { recursive: true });
  writeFileSync(join(dir, "targets.json"), JSON.stringify(targets));
  chmodSync(dir, 0o755);
}

function commitAll(repository: string, message: string): void {
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args]);
  git("add", "-A");
  git("-c", "user.name=H", "-c", "user.email=h@example.test", "commit", "-qm", message);
}

/** What the next run will execute, by content and mode. */
export function fingerprint(dir: string): string[] {
  return readdirSync(dir)
    .toSorted()
    .map((name) => {
      const path = join(dir, name);
      return `${name} ${statSync(path).mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
    });
}

export function secretsOf({ deps }: Platform, backends: TestBackends): string[] {
  const { authSecretKey, secretEncryptionKey, serviceToken } = deps.config;
  const passwords = [backends.appUrl, backends.systemUrl, backends.ownerUrl, backends.redisUrl];
  const decoded = passwords.map((url) => decodeURIComponent(new URL(url).password)).filter((text) => text !== "");
  return [authSecretKey, secretEncryptionKey, serviceToken, "demo-key-0123456789", secret, ...decoded];
}
