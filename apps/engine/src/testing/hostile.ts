/** A hostile agent on a backend: what it tries inside, what of it shows outside, and that everybody else goes on. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { terminalRunStatuses } from "@djinnbot/contracts";
import { runEvents, runStatus } from "@djinnbot/events";
import { type TestBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusAt, steal, useAtApi, useAtRedis } from "./hostile-keys.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { becomes, commandLines, lineOf, settled, untilStatus } from "./watch.ts";

interface HostileBackend {
  label: string;
  backends: () => Promise<TestBackends>;
  engineEnv: () => Promise<Record<string, string>>;
  skip?: string | undefined;
  /** Names under which the machine is known inside. */
  hosts: string[];
  /** Attempts that succeed on this backend: exactly these are what its column of docs/security-model.md leaves open. */
  open: string[];
}
interface Attempt {
  name: string;
  outcome: "refused" | "succeeded";
  detail: string;
}

const secret = "another-tenants-secret-9f2c";
const limits = { WORKLOAD_PIDS: "96", WORKLOAD_MEMORY_MB: "512", WORKLOAD_DISK_MB: "64" };
const outputBytes = Number(process.env.HOSTILE_OUTPUT_BYTES ?? 500_000_000);
const enginePort = 20_000 + Math.floor(Math.random() * 20_000);

export function describeHostile(backend: HostileBackend): void {
  describe.skipIf(backend.skip !== undefined)(`a hostile agent: ${backend.label}`, () => {
    let platform: Platform;
    let backends: TestBackends;
    beforeAll(async () => {
      backends = await backend.backends();
      const own = { ENGINE_HEALTH_PORT: String(enginePort), ...limits };
      platform = await startPlatform({ backends, engineEnv: { ...(await backend.engineEnv()), ...own } });
    }, 120_000);
    afterAll(() => platform?.stop());

    it("gets nothing that is not its own, and brings nobody down", { timeout: 240_000 }, async () => {
      const [victim, attacker] = [await platform.tenant(), await platform.tenant()];
      const held = await startVictim(platform, victim);
      const marker = unique("left");
      const outside = join(platform.dataDir, "was-outside");
      const targets = targetsOf({ platform, backends, backend, victim: held, marker, outside });
      const repository = await hostileRepository(platform, targets);
      const yamlContent = lineOf(unique("hostile"), [{ agent: "architect" }]);
      const { id: pipelineId } = await attacker.client.api.pipelines.create.mutate({ yamlContent });
      const command = `node hostile.mjs targets.json > report.jsonl 2> problems.txt; yes 0123456789 | head -c ${outputBytes}`;
      const task = `## Task\nCall bash ${JSON.stringify({ command, timeout: 200 })}`;
      const input = { pipelineId, task, repository, modelOverride: "demo/demo-call" };
      const run = await attacker.client.api.runs.create.mutate(input);
      const stolen = await steal(platform, { tenantId: attacker.tenantId, runId: run.id });
      expect(await useAtApi(platform, { ...stolen, victim: held })).toEqual([]);
      expect(await useAtRedis(backends, { ...stolen, victim: held })).toEqual([]);
      await untilStatus(platform, run.id, terminalRunStatuses);
      await becomes(() => statusAt(platform, stolen.key, "GET", "/v1/auth/me"), 401, 10_000);

      const work = tenantPaths(platform.dataDir, attacker.tenantId).workspace(run.id);
      const attempts = readFileSync(join(work, "report.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Attempt);
      process.stdout.write(`${report(backend.label, attempts)}\n`);
      expect(readFileSync(join(work, "problems.txt"), "utf8")).toBe("");
      const succeeded = attempts.filter(({ outcome }) => outcome === "succeeded").map(({ name }) => name);
      expect(succeeded.sort()).toEqual(backend.open.toSorted());
      expect(attempts.length).toBeGreaterThanOrEqual(60);

      const dump = readFileSync(join(work, "dump.txt"), "utf8");
      for (const hidden of secretsOf(platform, backends)) {
        expect(dump.includes(hidden), "a secret is in an environment or on a command line").toBe(false);
      }
      expect(existsSync(outside), "something of the repository was run outside").toBe(false);
      for (const path of ["link-file", "link-dir/secret.txt", "link-root/etc/passwd", "link-env", "hard"]) {
        const read = attacker.client.api.workspaces.file.query({ runId: run.id, path });
        await expect(read.then((found) => JSON.stringify(found))).rejects.toThrow();
      }
      await becomes(async () => commandLines().filter((line) => line.includes(marker)), [], 20_000);
      await staysSmall(platform, { tenantId: attacker.tenantId, runId: run.id });
      // The victim never noticed.
      const { detail } = await settled(platform, { client: victim.client, runId: held.runId, code: null });
      expect(detail.steps.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual(["1 completed"]);
      expect(platform.engines.map(({ child }) => child.exitCode)).toEqual([null]);
    });

    it.each([
      ["large files", "for n in 1 2 3 4; do head -c 40000000 /dev/urandom > part-$n; done; sleep 60"],
      ["tiny files", `node -e 'for (let n = 0; n < 30000; n++) fs.writeFileSync("tiny-" + n, "")'; sleep 60`],
    ])(
      "fills the disk with %s up to its limit, and its step ends with a reason",
      { timeout: 120_000 },
      async (_what, command) => {
        const tenant = await platform.tenant();
        const yamlContent = lineOf(unique("fills"), [{ agent: "architect" }]);
        const { id: pipelineId } = await tenant.client.api.pipelines.create.mutate({ yamlContent });
        const task = `## Task\nCall bash ${JSON.stringify({ command })}`;
        const input = { pipelineId, task, modelOverride: "demo/demo-call" };
        const { id } = await tenant.client.api.runs.create.mutate(input);
        const { detail } = await settled(platform, { client: tenant.client, runId: id, code: "DISK_LIMIT" });
        expect(detail.failure?.message).toMatch(/take \d+ MB; at most 64 MB/);
      },
    );
  });
}

interface Victim {
  tenantId: string;
  runId: string;
  paths: Record<string, string>;
}

/** A run of another tenant that is at work the whole time, with a secret in its working copy. */
async function startVictim(platform: Platform, tenant: Awaited<ReturnType<Platform["tenant"]>>): Promise<Victim> {
  const { client, tenantId } = tenant;
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("victim")));
  writeFileSync(join(repository, "secret.txt"), secret);
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args]);
  git("add", "-A");
  git("-c", "user.name=V", "-c", "user.email=v@example.test", "commit", "-qm", "A secret");
  const yamlContent = lineOf(unique("victim"), [{ agent: "architect" }]);
  const { id: pipelineId } = await client.api.pipelines.create.mutate({ yamlContent });
  const input = { pipelineId, task: "Slowly.", repository, modelOverride: "demo/demo-slow-20" };
  const { id: runId } = await client.api.runs.create.mutate(input);
  const paths = tenantPaths(platform.dataDir, tenantId);
  await becomes(async () => existsSync(join(paths.workspace(runId), "secret.txt")), true, 30_000);
  const mirror = paths.mirror(repository);
  return {
    tenantId,
    runId,
    paths: { workspace: paths.workspace(runId), run: paths.run(runId), mirror, root: paths.root },
  };
}

interface Scene {
  platform: Platform;
  backends: TestBackends;
  backend: HostileBackend;
  victim: Victim;
  marker: string;
  outside: string;
}

function targetsOf({ platform, backends, backend, victim, marker, outside }: Scene): object {
  const postgres = new URL(backends.systemUrl);
  const { dataDir } = platform;
  return {
    ...{ dataDir, victim, marker, outside, hosts: backend.hosts },
    engine: { pid: platform.engines[0]?.child.pid, port: enginePort },
    files: [
      ...[
        platform.engines[0]?.log ?? "",
        join(platform.repositoriesDir, "."),
        "/etc/shadow",
        "/root",
        "/etc/machine-id",
      ],
      ...[join(process.cwd(), "package.json"), join(process.cwd(), ".data")],
    ],
    postgres: { port: Number(postgres.port), database: postgres.pathname.slice(1) },
    redis: { port: Number(new URL(backends.redisUrl).port) },
    api: { port: Number(new URL(platform.api.url).port) },
    secretParts: ["demo-key-", "0123456789"],
    bombs: { forks: 400, memoryMb: 2000, fileBytes: 10_000_000_000 },
  };
}

async function hostileRepository(platform: Platform, targets: object): Promise<string> {
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("hostile")));
  copyFileSync(new URL("./hostile.mjs", import.meta.url), join(repository, "hostile.mjs"));
  writeFileSync(join(repository, "targets.json"), JSON.stringify(targets));
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args]);
  git("add", "-A");
  git("-c", "user.name=H", "-c", "user.email=h@example.test", "commit", "-qm", "Harmless");
  return repository;
}

function secretsOf({ deps }: Platform, backends: TestBackends): string[] {
  const { authSecretKey, secretEncryptionKey, serviceToken } = deps.config;
  const passwords = [backends.appUrl, backends.systemUrl, backends.ownerUrl, backends.redisUrl];
  const decoded = passwords.map((url) => decodeURIComponent(new URL(url).password)).filter((text) => text !== "");
  return [authSecretKey, secretEncryptionKey, serviceToken, "demo-key-0123456789", secret, ...decoded];
}

/** Whatever it printed or wrote: what is kept of it is bounded. */
async function staysSmall({ deps, dataDir }: Platform, run: { tenantId: string; runId: string }): Promise<void> {
  for (const key of [runEvents.key(run), runStatus.key(run)]) {
    expect(Number(await deps.redis.memory("USAGE", key)) || 0).toBeLessThan(20_000_000);
  }
  const { rows } = await deps.system.pool.query<{ bytes: number }>(
    "SELECT COALESCE(sum(pg_column_size(e.*)), 0)::bigint AS bytes FROM session_events e WHERE e.tenant_id = $1",
    [run.tenantId],
  );
  expect(rows[0]?.bytes).toBeLessThan(20_000_000);
  const dir = tenantPaths(dataDir, run.tenantId).run(run.runId);
  const used = Number.parseInt(execFileSync("du", ["-sk", dir], { encoding: "utf8" }), 10);
  expect(used / 1024).toBeLessThan(150);
}

function report(label: string, attempts: readonly Attempt[]): string {
  const lines = attempts.map(
    ({ name, outcome, detail }) => `  ${outcome} ${name}${detail ? ` (${detail.split("\n")[0]})` : ""}`,
  );
  return [`hostile agent on ${label}: ${attempts.length} attempts`, ...lines].join("\n");
}
