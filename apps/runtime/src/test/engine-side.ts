/** The engine's side of the protocol for tests: a runtime in a process of its own, real streams, a real working copy. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  type AgentStepCommand,
  newId,
  type RunEvent,
  type RunStatusMessage,
  type WorkloadEnv,
} from "@djinnbot/contracts";
import { envelop, publish, runCommands, runEvents, runStatus, toEntries } from "@djinnbot/events";
import type { Redis } from "ioredis";

type StepResultMessage = Extract<RunStatusMessage, { type: "stepResult" }>;

const mainFile = fileURLToPath(new URL("../main.ts", import.meta.url));

export async function until<T>(look: () => Promise<T | undefined | false>, what: string, ms = 20_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const found = await look();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${ms} ms in vain for ${what}`);
}

export class EngineSide {
  readonly address = { tenantId: newId("tenant"), runId: newId("run") };
  readonly sessionId = newId("session");
  readonly #dir = mkdtempSync(join(tmpdir(), "djinnbot-runtime-"));
  readonly workspace = join(this.#dir, "workspace");
  readonly home = join(this.#dir, "home");
  /** Plays the engine. */
  readonly #redis: Redis;
  /** What the runtime gets. */
  readonly #given: { redisUrl: string; apiUrl: string };
  child: ChildProcess | undefined;
  exit: Promise<number | null> | undefined;
  /** What the runtime wrote. */
  log = "";

  constructor(options: { redis: Redis; redisUrl: string; apiUrl: string }) {
    this.#redis = options.redis;
    this.#given = options;
    mkdirSync(this.workspace);
    mkdirSync(this.home);
    this.git("init", "-q", "-b", "main");
    writeFileSync(join(this.workspace, "README.md"), "# Hello\n");
    this.git("add", "-A");
    this.git("commit", "-q", "-m", "first");
  }

  git(...args: string[]): string {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    return execFileSync("git", [...identity, ...args], { cwd: this.workspace, encoding: "utf8" }).trim();
  }

  /** Starts the runtime with its environment on a descriptor. */
  start(env: Partial<Record<keyof WorkloadEnv, string>> = {}, ...words: string[]): void {
    const child = spawn(process.execPath, words.length > 0 ? words : [mainFile], {
      env: { DJINNBOT_ENV_FD: "3" },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const values = {
      TENANT_ID: this.address.tenantId,
      RUN_ID: this.address.runId,
      SESSION_ID: this.sessionId,
      AGENT_ID: "agt_tester00",
      REDIS_URL: this.#given.redisUrl,
      API_URL: this.#given.apiUrl,
      RUN_KEY: "rk-of-this-run",
      WORKSPACE: this.workspace,
      HOME: this.home,
      ...env,
    };
    const pipe = child.stdio[3] as Duplex;
    // The reader may be gone before we close our end.
    pipe.on("error", () => undefined);
    pipe.end(JSON.stringify(values));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
    this.child = child;
    this.exit = new Promise((resolve) => child.on("exit", resolve));
  }

  stepCommand(change: Partial<AgentStepCommand> = {}): AgentStepCommand {
    const stepId = `STEP_${newId("event").slice(-6)}`;
    const commandId = `step:${this.address.runId}:${stepId}:1`;
    return {
      ...this.#toSession(commandId),
      type: "agentStep",
      commandId,
      stepId,
      attempt: 1,
      systemPrompt: "You are a tester.",
      prompt: "Do the work.",
      outputs: ["report"],
      tools: [],
      model: {
        providerId: "scripted",
        modelId: "m",
        wire: "openai-compatible",
        thinkingLevel: "off",
        temperature: null,
        maxOutputTokens: null,
      },
      maxTurns: 20,
      deadlineAt: Date.now() + 60_000,
      commit: { authorName: "Ada", authorEmail: "ada@example.com", subject: "ada: the work" },
      ...change,
    };
  }

  async send(command: object): Promise<void> {
    await publish(this.#redis, runCommands, this.address, command);
  }
  ack(commandId: string): Promise<void> {
    return this.send({ ...this.#toSession("ack"), type: "ack", commandId });
  }
  abort(reason: string): Promise<void> {
    return this.send({ ...this.#toSession("abort"), type: "abort", reason });
  }
  pause(): Promise<void> {
    return this.send({ ...this.#toSession("pause"), type: "pause" });
  }
  inject(text: string): Promise<void> {
    return this.send({ ...this.#toSession("inject"), type: "inject", text });
  }
  /** Where a process that is started now begins to read. */
  async commandCursor(): Promise<string> {
    const [last] = await this.#redis.xrevrange(runCommands.key(this.address), "+", "-", "COUNT", 1);
    return last?.[0] ?? "0";
  }
  shutdown(): Promise<void> {
    return this.send({ ...this.#toSession("shutdown"), type: "shutdown" });
  }

  async statuses(): Promise<RunStatusMessage[]> {
    const entries = toEntries(await this.#redis.xrange(runStatus.key(this.address), "-", "+"));
    return entries.map((entry) => runStatus.schema.parse(JSON.parse(entry.data)));
  }
  async events(): Promise<RunEvent[]> {
    const entries = toEntries(await this.#redis.xrange(runEvents.key(this.address), "-", "+"));
    return entries.map((entry) => runEvents.schema.parse(JSON.parse(entry.data)));
  }
  untilStatus(type: RunStatusMessage["type"], count = 1): Promise<RunStatusMessage[]> {
    return until(async () => {
      const found = (await this.statuses()).filter((message) => message.type === type);
      return found.length >= count && found;
    }, `${count} × ${type}`);
  }
  async untilResult(commandId: string): Promise<StepResultMessage> {
    const found = () =>
      this.statuses().then((all) =>
        all.find(
          (message): message is StepResultMessage => message.type === "stepResult" && message.commandId === commandId,
        ),
      );
    try {
      return await until(found, `the result of ${commandId}`);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.log}`);
    }
  }

  async close(): Promise<void> {
    this.child?.kill("SIGKILL");
    await this.exit;
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #toSession(requestId: string) {
    const { tenantId, runId } = this.address;
    return { ...envelop({ tenantId, requestId }, {}), runId, sessionId: this.sessionId };
  }
}
