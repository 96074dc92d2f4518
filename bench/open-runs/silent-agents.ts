// Workloads that take their step and never end it, a thousand on one connection: what they cost is the engine's part only.
import { setTimeout as pause } from "node:timers/promises";
import { newId, type RunCommand } from "@djinnbot/contracts";
import { runCommands, runStatus } from "@djinnbot/events";
import { Redis } from "ioredis";
import type { WorkloadSpec } from "../../apps/engine/src/workload/workload.ts";
import type { Workloads } from "../dispatch/engine.ts";
import { stopWithPart } from "../lib/attempt.ts";

export class SilentAgents implements Workloads {
  readonly #redis: Redis;
  /** Those whose command has not come yet. */
  readonly #waiting = new Map<string, WorkloadSpec>();
  #stopped = false;
  /** Steps they have accepted. */
  accepted = 0;

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl, { connectionName: "bench-agents" });
    this.#redis.on("error", () => undefined);
    stopWithPart(() => this.stopAll());
    void this.#work();
  }

  ensure(spec: WorkloadSpec): void {
    this.#waiting.set(spec.name, spec);
    void this.#tell(spec, { type: "ready", pid: process.pid });
  }

  stop(name: string): void {
    this.#waiting.delete(name);
  }

  stopAll(): void {
    this.#stopped = true;
    this.#redis.disconnect();
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      await Promise.all([...this.#waiting.values()].map((spec) => this.#accept(spec))).catch(() => undefined);
      await pause(20);
    }
  }

  async #accept(spec: WorkloadSpec): Promise<void> {
    const entries = await this.#redis.xrange(runCommands.key(spec), "-", "+");
    for (const [, fields] of entries) {
      const command = JSON.parse(fields[1] ?? "{}") as RunCommand;
      if (command.type !== "agentStep" || command.sessionId !== spec.sessionId) continue;
      const { commandId, stepId, attempt } = command;
      if (!this.#waiting.delete(spec.name)) return;
      await this.#tell(spec, { type: "stepAccepted", commandId, stepId, attempt });
      this.accepted += 1;
    }
  }

  async #tell(spec: WorkloadSpec, body: object): Promise<void> {
    const { tenantId, runId, sessionId } = spec;
    const envelope = { v: 1, id: newId("event"), tenantId, requestId: "bench", at: Date.now(), runId, sessionId };
    const text = JSON.stringify({ ...envelope, ...body });
    const key = runStatus.key(spec);
    await this.#redis.xadd(key, "MAXLEN", "~", runStatus.maxLength, "*", "data", text).catch(() => undefined);
  }
}
