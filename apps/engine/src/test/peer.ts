/** The runtime's side of the protocol over real Redis, with what it does per step scripted by a test. */

import type { Log } from "@djinnbot/config";
import type { RunCommand, RunStatusMessage } from "@djinnbot/contracts";
import {
  createWorkloadRedis,
  envelop,
  parseMessage,
  publish,
  type Redis,
  runCommands,
  runEvents,
  runStatus,
  toEntries,
} from "@djinnbot/events";
import type { WorkloadSpec } from "../workload/workload.ts";

export type AgentStep = RunCommand & { type: "agentStep" };
export type StepAnswer = Partial<Omit<RunStatusMessage & { type: "stepResult" }, "type">> & {
  outcome: "completed" | "failed" | "aborted" | "paused" | "waiting";
};
/** What the agent does with a step: answers, never answers (`hang`), or the whole workload dies. */
export type Script = (command: AgentStep, peer: Peer) => Promise<StepAnswer | "hang" | "die">;

const repeatMs = 200;

export class Peer {
  readonly spec: WorkloadSpec;
  /** Every agentStep that was worked on, once per execution. */
  readonly worked: AgentStep[] = [];
  readonly aborts: string[] = [];
  /** What people said to it. */
  readonly heard: string[] = [];
  pausing = false;
  alive = true;
  exitCode: number | null = null;
  readonly #script: Script;
  readonly #in: Redis;
  readonly #out: Redis;
  readonly #unacked = new Map<string, object>();
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: { spec: WorkloadSpec; script: Script; log: Log }) {
    this.spec = options.spec;
    this.#script = options.script;
    const url = options.spec.env.REDIS_URL;
    this.#in = createWorkloadRedis(url, { log: options.log, name: "peer-in", blocking: true });
    this.#out = createWorkloadRedis(url, { log: options.log, name: "peer-out" });
    this.#timer = setInterval(() => {
      for (const message of this.#unacked.values()) {
        void this.#tell(message);
      }
    }, repeatMs);
    this.#out.once("ready", () => void this.#tell(this.#message({ type: "ready", pid: process.pid })));
    void this.#read();
  }

  /** Ends at once, as if killed. */
  die(exitCode = 137): void {
    if (this.alive) {
      this.alive = false;
      this.exitCode = exitCode;
      clearInterval(this.#timer);
      this.#in.disconnect();
      this.#out.disconnect();
    }
  }

  /** Writes an entry of any kind to the status stream. */
  async say(data: string): Promise<void> {
    await this.#out.xadd(runStatus.key(this.#address), "*", "data", data);
  }

  async narrate(body: object): Promise<void> {
    await publish(this.#out, runEvents, this.#address, envelop(this.#source, { ...body, runId: this.spec.runId }));
  }

  get #address() {
    return { tenantId: this.spec.tenantId, runId: this.spec.runId };
  }
  get #source() {
    return { tenantId: this.spec.tenantId, requestId: "peer" };
  }
  #message(body: object) {
    return envelop(this.#source, { runId: this.spec.runId, sessionId: this.spec.sessionId, ...body });
  }
  async #tell(message: object): Promise<void> {
    await publish(this.#out, runStatus, this.#address, message).catch(() => undefined);
  }

  async #read(): Promise<void> {
    let cursor = "0";
    while (this.alive) {
      try {
        const key = runCommands.key(this.#address);
        const answer = (await this.#in.xread("BLOCK", 1000, "STREAMS", key, cursor)) as
          | [string, [string, string[]][]][]
          | null;
        for (const entry of toEntries(answer?.[0]?.[1] ?? [])) {
          cursor = entry.id;
          const parsed = parseMessage(runCommands.schema, entry.data);
          if ("message" in parsed && parsed.message.sessionId === this.spec.sessionId) {
            void this.#handle(parsed.message);
          }
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #handle(command: RunCommand): Promise<void> {
    switch (command.type) {
      case "ack":
        this.#unacked.delete(command.commandId);
        return;
      case "abort":
        this.aborts.push(command.reason);
        return;
      case "pause":
        this.pausing = true;
        return;
      case "inject":
        this.heard.push(command.text);
        return;
      case "shutdown":
        this.die(0);
        return;
      case "agentStep":
        return this.#work(command);
    }
  }

  async #work(command: AgentStep): Promise<void> {
    const { commandId, stepId, attempt } = command;
    await this.#tell(this.#message({ type: "stepAccepted", commandId, stepId, attempt }));
    if (this.#seen.has(commandId)) {
      return;
    }
    this.#seen.add(commandId);
    this.worked.push(command);
    const answer = await this.#script(command, this);
    if (answer === "die") {
      this.die();
      return;
    }
    if (answer === "hang" || !this.alive) {
      return;
    }
    const empty = { outputs: {}, summary: null, failure: null, commitHash: null, turns: 1 };
    const result = this.#message({ type: "stepResult", commandId, stepId, attempt, ...empty, ...answer });
    this.#unacked.set(commandId, result);
    await this.#tell(result);
  }
}
