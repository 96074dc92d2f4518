/** The engine's side of the protocol for tests: a runtime in a process of its own, real streams, a real working copy. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AgentStepCommand,
  newId,
  type RunEvent,
  type RunStatusMessage,
  type WorkloadEnv,
} from "@djinnbot/contracts";
import { envelop, messageField, publish, runCommands, runEvents, runStatus, toEntries } from "@djinnbot/events";
import type { Redis } from "ioredis";

type StepResultMessage = Extract<RunStatusMessage, { type: "stepResult" }>;
type Change = { [K in keyof AgentStepCommand]?: AgentStepCommand[K] };

export interface EngineSide {
  address: { tenantId: string; runId: string };
  sessionId: string;
  workspace: string;
  home: string;
  child: ChildProcess | undefined;
  exit: Promise<number | null> | undefined;
  /** What the runtime wrote to its log. */
  log: () => string;
  start(env?: Partial<Record<keyof WorkloadEnv, string>>): void;
  stepCommand(change?: Change): AgentStepCommand;
  send(command: object): Promise<void>;
  ack(commandId: string): Promise<void>;
  statuses(): Promise<RunStatusMessage[]>;
  events(): Promise<RunEvent[]>;
  untilStatus(type: RunStatusMessage["type"], count?: number): Promise<RunStatusMessage[]>;
  untilResult(commandId: string): Promise<StepResultMessage>;
  git(...args: string[]): string;
  close(): Promise<void>;
}

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

/** `redis` is used to play the engine; `redisUrl` is what the runtime gets. */
export function createEngineSide(options: { redis: Redis; redisUrl: string; apiUrl: string }): EngineSide {
  const { redis } = options;
  const address = { tenantId: newId("tenant"), runId: newId("run") };
  const sessionId = newId("session");
  const dir = mkdtempSync(join(tmpdir(), "djinnbot-runtime-"));
  const [workspace, home] = [join(dir, "workspace"), join(dir, "home")];
  mkdirSync(workspace);
  mkdirSync(home);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], {
      cwd: workspace,
      encoding: "utf8",
    }).trim();
  git("init", "-q", "-b", "main");
  writeFileSync(join(workspace, "README.md"), "# Hello\n");
  git("add", "-A");
  git("commit", "-q", "-m", "first");

  let log = "";
  const readAll = async (key: string) => toEntries(await redis.xrange(key, "-", "+"));
  const side: EngineSide = {
    address,
    sessionId,
    workspace,
    home,
    child: undefined,
    exit: undefined,
    log: () => log,
    start: (env = {}) => {
      const child = spawn(process.execPath, [fileURLToPath(new URL("../main.ts", import.meta.url))], {
        env: { PATH: process.env.PATH ?? "", DJINNBOT_ENV_FD: "3" },
        stdio: ["ignore", "pipe", "pipe", "pipe"],
      });
      const values = {
        TENANT_ID: address.tenantId,
        RUN_ID: address.runId,
        SESSION_ID: sessionId,
        AGENT_ID: "agt_tester00",
        REDIS_URL: options.redisUrl,
        API_URL: options.apiUrl,
        RUN_KEY: "rk-of-this-run",
        WORKSPACE: workspace,
        HOME: home,
        ...env,
      };
      const pipe = child.stdio[3] as import("node:stream").Writable;
      pipe.end(JSON.stringify(values));
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (chunk: Buffer) => {
          log += chunk.toString();
        });
      }
      side.child = child;
      side.exit = new Promise((resolve) => child.on("exit", resolve));
    },
    stepCommand: (change = {}) => {
      const stepId = `STEP_${newId("event").slice(-6)}`;
      const commandId = `step:${address.runId}:${stepId}:1`;
      const body = { type: "agentStep" as const, runId: address.runId, sessionId, commandId, stepId, attempt: 1 };
      return {
        ...envelop({ tenantId: address.tenantId, requestId: commandId }, body),
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
    },
    send: async (command) => {
      await publish(redis, runCommands, address, command);
    },
    ack: (commandId) =>
      side.send(envelop({ ...address, requestId: "ack" }, { type: "ack", runId: address.runId, sessionId, commandId })),
    statuses: async () =>
      (await readAll(runStatus.key(address))).map((entry) => runStatus.schema.parse(JSON.parse(entry.data))),
    events: async () =>
      (await readAll(runEvents.key(address))).map((entry) => runEvents.schema.parse(JSON.parse(entry.data))),
    untilStatus: (type, count = 1) =>
      until(async () => {
        const found = (await side.statuses()).filter((message) => message.type === type);
        return found.length >= count && found;
      }, `${count} × ${type}`),
    untilResult: (commandId) =>
      until(async () => {
        const all = await side.statuses();
        return all.find((m): m is StepResultMessage => m.type === "stepResult" && m.commandId === commandId);
      }, `the result of ${commandId}\n${log}`),
    git,
    close: async () => {
      side.child?.kill("SIGKILL");
      await side.exit;
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return side;
}

/** Keeps `messageField` known to tests that write raw entries. */
export const rawField = messageField;
