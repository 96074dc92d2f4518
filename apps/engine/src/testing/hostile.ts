/** A hostile agent on a backend: what it tries inside, what of it shows outside, and that everybody else goes on. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { terminalRunStatuses } from "@djinnbot/contracts";
import { runEvents, runStatus } from "@djinnbot/events";
import { type TestBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runControl, unproven } from "./hostile-control.ts";
import { statusAt, steal, useAtApi, useAtRedis } from "./hostile-keys.ts";
import { impossibleOf, namesOf, print, readReport } from "./hostile-report.ts";
import {
  fingerprint,
  hostileRepository,
  openSockets,
  type Sockets,
  secretsOf,
  startVictim,
  targetsOf,
} from "./hostile-scene.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { becomes, commandLines, lineOf, settled, untilStatus } from "./watch.ts";

interface HostileBackend {
  label: string;
  backends: () => Promise<TestBackends>;
  engineEnv: () => Promise<Record<string, string>>;
  skip?: string | undefined;
  /** Names under which the machine is known inside. */
  hosts: string[];
  /** How many attempts there are. */
  attempts: number;
  /** Attempts that cannot be made inside, each with what is missing there. */
  impossible: Record<string, string>;
  /** Attempts that something else than the sandbox refuses, so that they fail without it, too. */
  unproven: string[];
}

const diskMb = 64;
const limits = { WORKLOAD_PIDS: "96", WORKLOAD_MEMORY_MB: "512", WORKLOAD_DISK_MB: String(diskMb) };
const outputBytes = Number(process.env.HOSTILE_OUTPUT_BYTES ?? 500_000_000);
const enginePort = 20_000 + Math.floor(Math.random() * 20_000);

export function describeHostile(backend: HostileBackend): void {
  describe.skipIf(backend.skip !== undefined)(`a hostile agent: ${backend.label}`, () => {
    let platform: Platform;
    let backends: TestBackends;
    let sockets: Sockets;
    beforeAll(async () => {
      backends = await backend.backends();
      const own = { ENGINE_HEALTH_PORT: String(enginePort), ...limits };
      platform = await startPlatform({ backends, engineEnv: { ...(await backend.engineEnv()), ...own } });
      sockets = openSockets(platform.dataDir);
    }, 120_000);
    afterAll(async () => {
      sockets?.close();
      await platform?.stop();
    });

    it("gets nothing that is not its own, and brings nobody down", { timeout: 300_000 }, async () => {
      const [victim, attacker] = [await platform.tenant(), await platform.tenant()];
      const held = await startVictim(platform, victim);
      const [marker, outside] = [unique("left"), join(platform.dataDir, "was-outside")];
      const { hosts } = backend;
      const targets = targetsOf({
        platform,
        backends,
        hosts,
        enginePort,
        diskMb,
        victim: held,
        sockets,
        marker,
        outside,
      });
      const runtime = fingerprint(targets.runtime);
      const control = await runControl(platform, targets);
      print(`${backend.label}, control without it`, control);
      expect(unproven(control, backend.unproven)).toEqual([]);

      const repository = await hostileRepository(platform, targets);
      const yamlContent = lineOf(unique("hostile"), [{ agent: "architect" }]);
      const { id: pipelineId } = await attacker.client.api.pipelines.create.mutate({ yamlContent });
      const attack = "node hostile/main.mjs targets.json > report.jsonl 2> problems.txt";
      const command = `${attack}; node hostile/flood.mjs ${outputBytes} flood.txt`;
      const task = `## Task\nCall bash ${JSON.stringify({ command, timeout: 260 })}`;
      const input = { pipelineId, task, repository, modelOverride: "demo/demo-call" };
      const run = await attacker.client.api.runs.create.mutate(input);
      const stolen = await steal(platform, { tenantId: attacker.tenantId, runId: run.id });
      expect(await useAtApi(platform, { ...stolen, victim: held })).toEqual([]);
      expect(await useAtRedis(backends, { ...stolen, victim: held })).toEqual([]);
      await untilStatus(platform, run.id, terminalRunStatuses, 280_000);
      await becomes(() => statusAt(platform, stolen.key, "GET", "/v1/auth/me"), 401, 10_000);

      const work = tenantPaths(platform.dataDir, attacker.tenantId).workspace(run.id);
      const attempts = readReport(join(work, "report.jsonl"));
      print(backend.label, attempts);
      expect(readFileSync(join(work, "problems.txt"), "utf8")).toBe("");
      expect(namesOf(attempts, "succeeded")).toEqual([]);
      expect(impossibleOf(attempts)).toEqual(backend.impossible);
      expect(attempts.length).toBe(backend.attempts);
      expect(namesOf(attempts, "planted").length, "what is looked for below").toBe(4);
      const names = new Set(attempts.map(({ name }) => name));
      expect(control.filter(({ name }) => !names.has(name))).toEqual([]);
      const [printed, took] = readFileSync(join(work, "flood.txt"), "utf8").split(" ").map(Number);
      process.stdout.write(`  printed ${printed} bytes in ${took} ms\n`);
      expect(printed).toBe(outputBytes);

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
      expect(fingerprint(targets.runtime)).toEqual(runtime);
      await worksAsEver(platform);
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

/** A tenant that comes after the attack gets its work done, in one go. */
async function worksAsEver(platform: Platform): Promise<void> {
  const { client, tenantId } = await platform.tenant();
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("after")));
  const yamlContent = lineOf(unique("after"), [{ agent: "architect" }, { agent: "engineer" }]);
  const { id: pipelineId } = await client.api.pipelines.create.mutate({ yamlContent });
  const command = "git log --format=%s -1 && node -p '6 * 7' > healthy.txt";
  const task = `## Task\nCall bash ${JSON.stringify({ command })}`;
  const { id: runId } = await client.api.runs.create.mutate({
    ...{ pipelineId, task, repository, modelOverride: "demo/demo-call" },
  });
  const { detail } = await settled(platform, { client, runId, code: null });
  expect(detail.steps.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual(["1 completed", "1 completed"]);
  const work = tenantPaths(platform.dataDir, tenantId).workspace(runId);
  expect(readFileSync(join(work, "healthy.txt"), "utf8")).toBe("42\n");
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
