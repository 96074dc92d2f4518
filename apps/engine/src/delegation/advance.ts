/**
 * A step whose agent has delegated: its run waits without holding a place, and is woken when an executor ends. Then what ended is
 * taken over, what can start is started, and when all is over the agent goes on.
 */
import { type DelegatedTaskStatus, type DelegationStatus, isTerminal, type RunStatus } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { ensureWorkspace, workspaceRun } from "../agent/session.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import { type Park, waitPark } from "../held/park.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StepFault } from "../lib/errors.ts";
import { cleanOutputs, cleanText } from "../lib/text.ts";
import { cancelChildren } from "../store/child-runs.ts";
import {
  type DelegationRow,
  endDelegation,
  moveTasks,
  readDelegations,
  type TaskPatch,
  type TaskRow,
  unlessCancelled,
} from "../store/delegations.ts";
import { keepCommit } from "../store/steps.ts";
import { unlessEnded } from "../store/wake.ts";
import { createChildren, mergeChildren } from "../waiting/child-run.ts";
import { executorOf } from "./executor.ts";
import { planTasks } from "./plan.ts";

/** What goes into the transaction: `park` when it waits on, null when the agent goes on. */
export interface AdvancedDelegations {
  park: Park | null;
  also: Statement[];
  messages: OutboxMessage[];
  /** Newest commit of the branch on behalf of the step. */
  commitHash: string | null;
}
interface Moved {
  /** It is not over. */
  open: boolean;
  /** Head of the branch after its merges; null when there was none. */
  head: string | null;
  also: Statement[];
  messages: OutboxMessage[];
}

/** Throws StepFault for what belongs onto the step. */
export async function advanceDelegations(
  resources: Resources,
  run: HeldRun,
  step: OpenStep,
): Promise<AdvancedDelegations> {
  const all = await readDelegations(resources.deps, run, step.id);
  const open = all.filter(({ status }) => status === "running");
  if (open.length === 0) {
    throw new StepFault("WORKLOAD_FAILED", "The agent's process waits for a delegation that does not exist.");
  }
  const also: Statement[] = [];
  const messages: OutboxMessage[] = [];
  const waiting: DelegationRow[] = [];
  let { commitHash } = step;
  // One after the other: they merge into the same branch.
  for (const delegation of open) {
    const moved = await new Move({ resources, run, step, delegation }).move();
    also.push(...moved.also);
    messages.push(...moved.messages);
    commitHash = moved.head ?? commitHash;
    waiting.push(...(moved.open ? [delegation] : []));
  }
  if (waiting.length === 0) {
    return { park: null, also, messages, commitHash };
  }
  const deadlines = waiting.flatMap(({ deadlineAt }) => (deadlineAt === null ? [] : [deadlineAt]));
  const ended = all.flatMap(({ tasks }) => tasks.filter(({ runStatus }) => isOver(runStatus)));
  const { park, message } = waitPark(run, {
    wakeAt: deadlines.length === 0 ? null : Math.min(...deadlines),
    also: [
      ...also,
      ...(commitHash === step.commitHash ? [] : [keepCommit({ ...step, commitHash })]),
      unlessEnded(run.runId, { parentStep: step.id, known: ended.length }),
      unlessCancelled(run.runId, step.id),
    ],
  });
  return { park, also: [], messages: [...messages, message], commitHash };
}

const isOver = (status: RunStatus | null) => status !== null && isTerminal(status);

/** One delegation's move. */
class Move {
  readonly #resources: Resources;
  readonly #run: HeldRun;
  readonly #step: OpenStep;
  readonly #delegation: DelegationRow;
  readonly #tasks: TaskRow[];
  readonly #now = now();
  readonly #patches: TaskPatch[] = [];
  readonly #messages: OutboxMessage[] = [];
  #head: string | null = null;

  constructor(options: { resources: Resources; run: HeldRun; step: OpenStep; delegation: DelegationRow }) {
    this.#resources = options.resources;
    this.#run = options.run;
    this.#step = options.step;
    this.#delegation = options.delegation;
    this.#tasks = options.delegation.tasks.map((task) => ({ ...task }));
  }

  async move(): Promise<Moved> {
    const run = this.#run;
    const { deadlineAt, cancelRequestedAt, maxConcurrent, id } = this.#delegation;
    const ended = this.#tasks.filter(({ status, runStatus }) => status === "running" && isOver(runStatus));
    if (ended.length > 0) {
      await ensureWorkspace(this.#resources, run);
    }
    for (const task of ended) {
      await this.#take(task);
    }
    const stop =
      cancelRequestedAt !== null
        ? "Somebody cancelled it."
        : deadlineAt !== null && deadlineAt <= this.#now
          ? "Its time was over."
          : null;
    const cancelled = stop === null ? [] : this.#stop(stop);
    const plan = planTasks(this.#tasks, maxConcurrent);
    for (const { key, error } of plan.skip) {
      this.#patch(this.#find(key), { status: "skipped", error });
    }
    const started = await this.#start(plan.start.map((key) => this.#find(key)));
    const end = plan.over ? this.#end(stop, cancelRequestedAt !== null) : null;
    return {
      open: end === null,
      head: this.#head,
      also: [
        ...moveTasks(id, this.#patches, this.#now),
        ...(cancelled.length > 0 ? [cancelChildren(run.runId, { runIds: cancelled })] : []),
        ...started,
        ...(end ? [endDelegation({ id, ...end }, this.#now)] : []),
      ],
      messages: this.#messages,
    };
  }

  #find(key: string): TaskRow {
    const task = this.#tasks.find((one) => one.key === key);
    if (!task) {
      throw new Error(`no task ${key}`);
    }
    return task;
  }

  #patch(task: TaskRow, patch: Omit<TaskPatch, "key">): void {
    Object.assign(task, patch);
    this.#patches.push({ key: task.key, ...patch });
    const { runId } = this.#run;
    const { stepId, attempt } = this.#step;
    const { key, title, status, error } = task;
    this.#messages.push(
      runEvent(this.#run, {
        ...{
          type: "DELEGATION_TASK",
          runId,
          stepId,
          attempt,
          delegationId: this.#delegation.id,
          key,
          title,
          status,
          error,
        },
        taskRunId: task.runId,
      }),
    );
  }

  /** What an executor has come to. The work of one that completed is merged, unless it is one of several approaches. */
  async #take(task: TaskRow): Promise<void> {
    const { workspace } = this.#resources;
    if (task.runStatus !== "completed") {
      const status = task.runStatus === "cancelled" ? "cancelled" : "failed";
      this.#patch(task, {
        status,
        error: cleanText(task.runFailure ?? "The executor's run ended without a result.", 4000),
      });
      return;
    }
    const outputs = cleanOutputs(task.runOutputs);
    const commitHash = await workspace.head({ ...workspaceRun(this.#run), runId: task.runId });
    const done = { status: "completed" as const, error: null, outputs, commitHash };
    if (this.#delegation.kind === "approaches" || commitHash === null) {
      this.#patch(task, done);
      return;
    }
    const merged = await mergeChildren(this.#resources, this.#run, [{ runId: task.runId, name: task.key }]);
    if (!("conflict" in merged)) {
      this.#head = merged.head;
      this.#patch(task, done);
      return;
    }
    const { files } = merged.conflict;
    const error = `Its work conflicts with what was merged before it. It is kept as commit ${commitHash}: merge it by hand, or delegate the task again.`;
    this.#patch(task, { ...done, status: "failed", error, conflicts: files });
  }

  /** Nothing starts any more. Answers the executors that are to end. */
  #stop(why: string): string[] {
    const running = this.#tasks.filter(({ status }) => status === "running");
    for (const task of this.#tasks) {
      if (task.status === "running" || task.status === "pending") {
        this.#patch(task, { status: "cancelled", error: why });
      }
    }
    return running.map(({ runId }) => runId);
  }

  async #start(tasks: readonly TaskRow[]): Promise<Statement[]> {
    if (tasks.length === 0) {
      return [];
    }
    const delegation = { ...this.#delegation, tasks: this.#tasks };
    const standard = await this.#standardModel();
    const children = tasks.map((task) => executorOf({ delegation, task, model: task.model ?? standard }));
    const inserts = await createChildren(this.#resources, this.#run, { step: this.#step, children });
    for (const task of tasks) {
      this.#patch(task, { status: "running", error: null });
    }
    return inserts;
  }

  /** What executors work with when the task does not say; null: like the run that waits. */
  async #standardModel(): Promise<string | null> {
    const { lookup } = this.#resources;
    const { tenantId, agents } = this.#run;
    const { agent } = this.#delegation;
    const profile = agents.get(agent) ?? (await lookup.agent(tenantId, agent));
    const { settings } = await lookup.settings(tenantId);
    return profile?.config.executorModel ?? (settings.defaultExecutorModel || null);
  }

  #end(stop: string | null, byPerson: boolean): { status: DelegationStatus; error: string | null } {
    const { runId } = this.#run;
    const { stepId, attempt } = this.#step;
    const { id, kind } = this.#delegation;
    const is = (wanted: DelegatedTaskStatus) => (task: TaskRow) => task.status === wanted;
    const work = this.#tasks.filter((task) => !task.evaluation);
    const good = kind === "approaches" ? work.some(is("completed")) : work.every(is("completed"));
    const status = byPerson ? "cancelled" : good ? "completed" : "failed";
    const error = good && !byPerson ? null : stop;
    this.#messages.push(
      runEvent(this.#run, { type: "DELEGATION_ENDED", runId, stepId, attempt, delegationId: id, status, error }),
    );
    return { status, error };
  }
}
