// Our engine in a process of its own, and what it needs to run pipelines of no-op steps.
import { join } from "node:path";
import type { WorkloadSpec } from "../../apps/engine/src/workload/workload.ts";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import { type Child, startChild } from "../lib/child.ts";
import { type Installation, withClient } from "../lib/servers.ts";
import type { EngineIn, EngineOut } from "./engine-process.ts";

/** What plays the workloads of an engine. */
export interface Workloads {
  ensure(spec: WorkloadSpec): void;
  stop(name: string): void;
  stopAll(): void;
}

/** Resolves when it takes work. Its workloads are `agents`, in this process. */
export async function startEngine(options: {
  installation: Installation;
  agents: Workloads;
  maxConcurrentRuns: number;
  profile: string | null;
}): Promise<Child<EngineIn, EngineOut>> {
  const { installation, agents, maxConcurrentRuns, profile } = options;
  const engine = startChild<EngineIn, EngineOut>({
    program: join(import.meta.dirname, "engine-process.ts"),
    input: { settings: installation.settings, redisUrl: installation.redisUrl, maxConcurrentRuns },
    profile,
  });
  engine.onMessage((message) => {
    if (message.kind === "ensure") agents.ensure(message.spec);
    if (message.kind === "stop") agents.stop(message.name);
  });
  await engine.next((message): message is EngineOut & { kind: "ready" } => message.kind === "ready");
  return engine;
}

export async function createPipeline(tenant: TestTenant, steps: number): Promise<string> {
  const id = `bench-${steps}`;
  const lines = Array.from({ length: steps }, (_, at) =>
    [
      `  - id: S${at + 1}`,
      "    agent: bench",
      '    input: "Do nothing."',
      ...(at + 1 < steps ? [`    onComplete: S${at + 2}`] : []),
    ].join("\n"),
  );
  const yamlContent = `id: ${id}\nname: Bench\nversion: "1"\nagents:\n  - id: bench\nsteps:\n${lines.join("\n")}\n`;
  await tenant.services.pipelines.create({ id, yamlContent });
  return id;
}

/** A platform provider, as an installation registers its demo model; nothing here calls it. */
export async function offerModel({ ownerUrl }: Installation): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    await client.query(
      `INSERT INTO model_providers (id, tenant_id, provider_id, name, wire, base_url, enabled, is_demo, created_at, updated_at)
       VALUES ('mpr_bench0000001', NULL, 'demo', 'Demo', 'openai-compatible', 'http://127.0.0.1:1/v1', true, true, 1, 1)`,
    );
  });
}

/** Every tenant of the installation may run as much at once. */
export async function liftRunLimit({ ownerUrl }: Installation, most: number): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    await client.query("ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY");
    await client.query("UPDATE tenants SET max_concurrent_runs = $1", [most]);
    await client.query("ALTER TABLE tenants FORCE ROW LEVEL SECURITY");
  });
}
