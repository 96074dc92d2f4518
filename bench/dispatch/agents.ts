// Workloads that answer every step at once: connections, streams and messages are those of a real runtime, only the work is missing.
import type { RunCommand } from "@djinnbot/contracts";
import { newId } from "@djinnbot/contracts";
import { runCommands, runStatus } from "@djinnbot/events";
import { Redis } from "ioredis";
import type { WorkloadSpec } from "../../apps/engine/src/workload/workload.ts";
import { stopWithPart } from "../lib/attempt.ts";
import type { StepTime } from "./index.ts";

interface Waiting {
  times: StepTime[];
  steps: number;
  resolve: (times: StepTime[]) => void;
}

export class Agents {
  readonly #agents = new Map<string, Agent>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #early = new Map<string, StepTime[]>();
  readonly #wanted = new Map<string, number>();
  /** Steps acknowledged so far. */
  stepCount = 0;

  /** As the engine itself is connected. */
  readonly #redis: Redis;

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl, { connectionName: "bench-agents" });
    this.#redis.on("error", () => undefined);
    stopWithPart(() => this.stopAll());
  }

  ensure(spec: WorkloadSpec): void {
    if (this.#agents.has(spec.name)) return;
    this.#wanted.set(spec.runId, performance.now());
    const onAcknowledged = (time: StepTime) => this.#onAcknowledged(spec.runId, time);
    this.#agents.set(spec.name, new Agent(spec, { redis: this.#redis, onAcknowledged }));
  }

  /** When a workload was asked for the run (ms). */
  wantedAt(runId: string): number {
    return this.#wanted.get(runId) ?? Number.NaN;
  }

  stop(name: string): void {
    this.#agents.get(name)?.stop();
    this.#agents.delete(name);
  }

  stopAll(): void {
    for (const name of [...this.#agents.keys()]) this.stop(name);
    this.#redis.disconnect();
  }

  /** Resolves when the results of that many steps of the run are recorded. */
  timesOf(runId: string, steps: number): Promise<StepTime[]> {
    return new Promise((resolve) => {
      this.#waiting.set(runId, { times: this.#early.get(runId) ?? [], steps, resolve });
      this.#early.delete(runId);
      this.#settle(runId);
    });
  }

  #onAcknowledged(runId: string, time: StepTime): void {
    this.stepCount += 1;
    const times = this.#waiting.get(runId)?.times ?? this.#early.get(runId) ?? [];
    times.push(time);
    if (!this.#waiting.has(runId)) this.#early.set(runId, times);
    this.#settle(runId);
  }

  #settle(runId: string): void {
    const waiting = this.#waiting.get(runId);
    if (!waiting || waiting.times.length < waiting.steps) return;
    this.#waiting.delete(runId);
    waiting.resolve(waiting.times);
  }
}

interface AgentOptions {
  redis: Redis;
  onAcknowledged: (time: StepTime) => void;
}

class Agent {
  readonly #spec: WorkloadSpec;
  readonly #in: Redis;
  readonly #out: Redis;
  readonly #options: AgentOptions;
  readonly #times = new Map<string, StepTime>();
  #cursor: string;
  #stopped = false;

  constructor(spec: WorkloadSpec, options: AgentOptions) {
    this.#spec = spec;
    this.#cursor = spec.env.COMMAND_CURSOR;
    this.#options = options;
    // A workload's Redis user may do little besides reading and writing its streams.
    const connection = {
      protocol: 2,
      disableClientInfo: true,
      enableReadyCheck: false,
      maxRetriesPerRequest: null,
    } as const;
    this.#in = new Redis(spec.env.REDIS_URL, connection);
    this.#out = new Redis(spec.env.REDIS_URL, connection);
    for (const redis of [this.#in, this.#out]) redis.on("error", () => undefined);
    void this.#tell({ type: "ready", pid: process.pid });
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    for (const redis of [this.#in, this.#out]) redis.disconnect();
    // The word to stop comes another way than the stream, and may overtake its last acknowledgement; the session's user is gone by then.
    this.#options.redis.xread("STREAMS", runCommands.key(this.#spec), this.#cursor).then(
      (answer) => this.#take(answer),
      () => undefined,
    );
  }

  async #read(): Promise<void> {
    const key = runCommands.key(this.#spec);
    while (!this.#stopped) {
      try {
        this.#take(await this.#in.xread("BLOCK", 5000, "STREAMS", key, this.#cursor));
      } catch {
        // The connection went with the workload; a lost one comes back by itself.
      }
    }
  }

  #take(answer: [key: string, entries: [id: string, fields: string[]][]][] | null): void {
    const begun = performance.now();
    for (const [id, fields] of answer?.[0]?.[1] ?? []) {
      this.#cursor = id;
      const command = JSON.parse(fields[1] ?? "{}") as RunCommand;
      if (command.sessionId === this.#spec.sessionId) this.#handle(command, begun);
    }
  }

  #handle(command: RunCommand, begun: number): void {
    if (command.type === "ack") {
      const time = this.#times.get(command.commandId);
      this.#times.delete(command.commandId);
      if (time) this.#options.onAcknowledged(time);
    }
    if (command.type !== "agentStep" || this.#times.has(command.commandId)) return;
    const { commandId, stepId, attempt } = command;
    const answer = { commandId, stepId, attempt };
    const empty = { outputs: {}, summary: null, failure: null, commitHash: null, turns: 1 };
    this.#times.set(commandId, { begun, ended: performance.now() });
    void this.#tell({ type: "stepAccepted", ...answer });
    void this.#tell({ type: "stepResult", ...answer, outcome: "completed", ...empty });
  }

  async #tell(body: object): Promise<void> {
    const { tenantId, runId, sessionId } = this.#spec;
    const envelope = { v: 1, id: newId("event"), tenantId, requestId: "bench", at: Date.now(), runId, sessionId };
    const key = runStatus.key(this.#spec);
    const text = JSON.stringify({ ...envelope, ...body });
    await this.#out.xadd(key, "MAXLEN", "~", runStatus.maxLength, "*", "data", text).catch(() => undefined);
  }
}
