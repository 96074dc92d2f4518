/** What is next in a delegation: which tasks start, which never will. Pure. */
import type { DelegatedTaskStatus } from "@djinnbot/contracts";

export interface PlannedTask {
  key: string;
  status: DelegatedTaskStatus;
  dependencies: readonly string[];
  /** Compares what the others did: it starts when all of them are over, if one of them completed. */
  evaluation: boolean;
}
export interface Plan {
  start: string[];
  /** Tasks that will never start, and why. */
  skip: { key: string; error: string }[];
  /** True when nothing runs or will. */
  over: boolean;
}

const lost: readonly DelegatedTaskStatus[] = ["failed", "skipped", "cancelled"];

export function planTasks(tasks: readonly PlannedTask[], maxConcurrent: number): Plan {
  const status = new Map(tasks.map((task) => [task.key, task.status]));
  const skip: Plan["skip"] = [];
  for (let found = true; found; ) {
    const next = tasks.flatMap((task) => (status.get(task.key) === "pending" ? skipped(task, status) : []));
    found = next.length > 0;
    skip.push(...next);
    for (const { key } of next) {
      status.set(key, "skipped");
    }
  }
  const running = [...status.values()].filter((one) => one === "running").length;
  const start = tasks
    .filter((task) => status.get(task.key) === "pending" && isReady(task, status))
    .map(({ key }) => key)
    .slice(0, Math.max(0, maxConcurrent - running));
  return { start, skip, over: start.length === 0 && running === 0 };
}

type Statuses = ReadonlyMap<string, DelegatedTaskStatus>;

function skipped(task: PlannedTask, status: Statuses): Plan["skip"] {
  const before = task.dependencies.map((key) => ({ key, status: status.get(key) ?? "failed" }));
  if (task.evaluation) {
    const none = before.every((one) => lost.includes(one.status));
    return none ? [{ key: task.key, error: "No approach completed, so there is nothing to compare." }] : [];
  }
  const gone = before.find((one) => lost.includes(one.status));
  return gone ? [{ key: task.key, error: `It builds on ${gone.key}, which ${sayLost(gone.status)}.` }] : [];
}

function isReady(task: PlannedTask, status: Statuses): boolean {
  return task.dependencies.every((key) => {
    const one = status.get(key);
    return one === "completed" || (task.evaluation && one !== undefined && lost.includes(one));
  });
}

function sayLost(status: DelegatedTaskStatus): string {
  return status === "failed" ? "failed" : `was ${status}`;
}
