/** One step from its command to its result: the loop, then the commit. */
import { join } from "node:path";
import { type AgentStepCommand, type FailureCode, withKnowledge } from "@djinnbot/contracts";
import { callApi } from "./api.ts";
import type { Conversation } from "./context/conversation.ts";
import type { StepControl } from "./control.ts";
import type { WayOut } from "./door.ts";
import type { RuntimeEnv } from "./env.ts";
import { type Git, type Look, openGit } from "./git.ts";
import { type LoopEnd, runLoop } from "./loop.ts";
import { createModel } from "./model/provider.ts";
import type { Narrator } from "./narrator.ts";
import { keepPaused, takePaused } from "./paused.ts";
import { createShell, type Shell } from "./shell.ts";
import { runStructured } from "./structured/run.ts";
import type { ToolContext } from "./tools/tool.ts";

export interface StepResult {
  outcome: "completed" | "failed" | "aborted" | "paused" | "waiting";
  outputs: Record<string, string>;
  summary: string | null;
  failure: { code: FailureCode; message: string } | null;
  commitHash: string | null;
  turns: number;
}
export interface StepOptions {
  env: RuntimeEnv;
  wayOut: WayOut;
  command: AgentStepCommand;
  conversation: Conversation;
  narrator: Narrator;
  /** Aborted by the engine. */
  signal: AbortSignal;
  control: StepControl;
}

/** The longest delay a timer takes. */
const maxTimerMs = 2 ** 31 - 1;
const maxSummary = 20_000;

/** Never throws; an unexpected error is a failed step. Nothing the step started is left running. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const { env, wayOut, command, narrator } = options;
  const shell = createShell({
    workspace: env.WORKSPACE,
    home: env.HOME,
    path: env.PATH,
    tmpDir: env.TMPDIR,
    proxyUrl: wayOut.proxyUrl,
    commit: command.commit,
  });
  const deadline = new AbortController();
  const timeLeft = Math.min(Math.max(0, command.deadlineAt - Date.now()), maxTimerMs);
  const timer = setTimeout(() => deadline.abort(), timeLeft);
  try {
    return await work({ ...options, shell, deadline: deadline.signal });
  } catch (error) {
    const message = `The runtime failed: ${(error as Error).message}`;
    return {
      outcome: "failed",
      outputs: {},
      summary: null,
      failure: { code: "WORKLOAD_FAILED", message },
      commitHash: null,
      turns: 0,
    };
  } finally {
    clearTimeout(timer);
    shell.killAll();
    narrator.say({ type: "AGENT_STATE", state: "idle", toolName: null });
  }
}

async function work(options: StepOptions & { shell: Shell; deadline: AbortSignal }): Promise<StepResult> {
  const { env, command, shell } = options;
  const { apiUrl } = options.wayOut;
  const signal = AbortSignal.any([options.signal, options.deadline]);
  const memory: ToolContext["memory"] = { calls: new Set(), incomplete: 0, knowledge: [], files: new Map() };
  // Not under the step's signal: the commit is made after its end.
  const git = openGit({ shell, workspace: env.WORKSPACE, signal: new AbortController().signal });
  const found = git.look();
  const model = await createModel(command.model, {
    apiUrl,
    runKey: env.RUN_KEY,
  });
  const timeout = () => ({ outcome: "failed", code: "STEP_TIMEOUT", message: "The step's time is over." }) as const;
  const { structured } = command;
  const asking = {
    command,
    model,
    narrator: options.narrator,
    signal,
    ended: () => (options.signal.aborted ? ({ outcome: "aborted" } as const) : timeout()),
  };
  const stepRef = `${command.stepId}-${command.attempt}`;
  const end = structured
    ? await runStructured({ ...asking, structured })
    : await runLoop({
        ...asking,
        conversation: options.conversation,
        control: options.control,
        usedTurns: await takePaused(env.HOME, stepRef, { conversation: options.conversation, memory }),
        git,
        found,
        context: {
          ...{ workspace: env.WORKSPACE, home: env.HOME, shell, memory, stepRef },
          api: (call) => callApi({ apiUrl, runKey: env.RUN_KEY }, call),
        },
      });
  shell.killAll();
  if (end.outcome === "failed" && end.code === "MODEL_REFUSED") {
    options.conversation.reset();
  }
  const result = resultOf(end, memory);
  if (end.outcome === "paused" || end.outcome === "waiting") {
    await keepPaused(env.HOME, stepRef, { turns: end.turns, conversation: options.conversation, memory });
  }
  // What a paused step has changed stays in the working copy, which is there when it goes on.
  return end.outcome === "aborted" || end.outcome === "paused"
    ? result
    : { ...result, ...(await commit({ ...options, git, before: await found, result, home: env.HOME })) };
}

function resultOf(end: LoopEnd, memory: ToolContext["memory"]): StepResult {
  const base = { outcome: end.outcome, outputs: {}, summary: null, failure: null, commitHash: null, turns: end.turns };
  if (end.outcome === "completed") {
    return {
      ...base,
      outputs: end.outputs,
      summary: withKnowledge(end.summary?.slice(0, maxSummary) ?? null, memory.knowledge),
    };
  }
  if (end.outcome === "failed") {
    return {
      ...base,
      summary: withKnowledge(null, memory.knowledge),
      failure: { code: end.code, message: end.message },
    };
  }
  return base;
}

/** Commits what the step left. Only for a step that completed, or that executors build on, is it a failure when that is not possible. */
async function commit(options: {
  git: Git;
  before: Look | undefined;
  result: StepResult;
  command: AgentStepCommand;
  home: string;
  narrator: Narrator;
}): Promise<Partial<StepResult>> {
  const { git, before, result, command } = options;
  if (before === undefined) {
    return {};
  }
  const body =
    result.outcome === "waiting"
      ? "Work until it was delegated."
      : result.failure
        ? `Failed: ${result.failure.message}`
        : (result.summary ?? "");
  const left = await git.look();
  const made = left?.isClean
    ? { problem: null, left: [] }
    : await git.commitAll(`${command.commit.subject}\n\n${body.slice(0, 4000)}\n`);
  if (made.left.length > 0) {
    options.narrator.output(leftOut(made.left));
  }
  const head = left?.isClean ? left.head : (await git.look())?.head;
  const commitHash = head && head !== before.head ? head : null;
  const problem = made.problem ?? (commitHash && (await git.bundle(commitHash, join(options.home, ".commits"))));
  if (problem && (result.outcome === "completed" || result.outcome === "waiting")) {
    const failure = {
      code: "WORKSPACE_FAILED",
      message: `The step's work could not be committed. ${problem}`,
    } as const;
    return { outcome: "failed", failure, commitHash };
  }
  return { commitHash };
}

/** Said in the transcript: whoever looks for the files must know why they are not in the branch. */
function leftOut(names: string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  const shown = names.slice(0, 5).map((name) => `\`${name.slice(0, 200)}\``);
  return `\n[Not committed: ${shown.join(", ")}${more}. Git keeps such names for itself.]\n`;
}
