"use client";
import type { DelegatedTask, Delegation } from "@djinnbot/contracts";
import { cn, Duration, Money, StatusIcon, TextLink, useNow } from "@djinnbot/ui";
import { ClampedText } from "../run/clamped-text.tsx";

/** The tasks in words, each with its part of the delegation's time. */
export function TaskList({ delegation }: { delegation: Delegation }) {
  return (
    <ol className="flex flex-col divide-y divide-line border-t border-line">
      {delegation.tasks.map((task) => (
        <TaskItem key={task.key} task={task} delegation={delegation} />
      ))}
    </ol>
  );
}

function TaskItem({ task, delegation }: { task: DelegatedTask; delegation: Delegation }) {
  const { outputs } = task;
  const said = task.evaluation ? [`Winner: ${outputs.winner ?? "–"}`, outputs.evaluation] : [outputs.summary];
  const deviations = outputs.deviations && !/^none\.?$/i.test(outputs.deviations) ? outputs.deviations : null;
  return (
    <li className="flex flex-col gap-1 px-4 py-2 text-sm">
      <div className="flex items-start gap-2">
        <StatusIcon status={task.status} className="mt-0.5 shrink-0" />
        <span dir="auto" className="min-w-0 flex-1 wrap-anywhere font-medium">
          {task.startedAt === null ? task.title : <TextLink href={`/runs/${task.runId}`}>{task.title}</TextLink>}
          {task.dependencies.length > 0 && !task.evaluation ? (
            <span className="font-normal text-muted"> after {task.dependencies.join(", ")}</span>
          ) : null}
        </span>
        <span className="flex shrink-0 gap-3 text-xs text-muted">
          {task.costMicros > 0 ? <Money micros={task.costMicros} /> : null}
          <Worked task={task} />
        </span>
      </div>
      <TimeBar task={task} delegation={delegation} />
      {task.status === "completed"
        ? said.map((text) => (text ? <Said key={text} text={text} /> : null))
        : task.error && <Said text={task.error} tone={task.status === "failed" ? "danger" : "muted"} />}
      {deviations === null ? null : <Said text={`Deviated: ${deviations}`} tone="warn" />}
      {task.conflicts.length === 0 ? null : (
        <ul aria-label="Files in conflict" className="ml-6 flex flex-col font-mono text-xs">
          {task.conflicts.map((file) => (
            <li key={file} className="wrap-anywhere">
              {file}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** How long the executor worked; its time in the queue is none. */
function Worked({ task: { status, workStartedAt, workCompletedAt, completedAt } }: { task: DelegatedTask }) {
  if (workStartedAt === null) {
    return status === "running" ? <span>In the queue</span> : null;
  }
  return <Duration from={workStartedAt} to={workCompletedAt ?? completedAt} />;
}

const TONES = { muted: "text-muted", danger: "text-danger", warn: "text-warn" };

function Said({ text, tone = "muted" }: { text: string; tone?: keyof typeof TONES }) {
  return <ClampedText text={text} className={cn("ml-6 text-xs", TONES[tone])} />;
}

/** When the task ran, on the time line of its delegation. */
function TimeBar({ task, delegation }: { task: DelegatedTask; delegation: Delegation }) {
  const now = useNow(delegation.completedAt === null ? 1000 : null);
  const end = delegation.completedAt ?? now;
  if (task.workStartedAt === null || end === null) {
    return null;
  }
  const whole = Math.max(1, end - delegation.createdAt);
  const share = (at: number) => Math.min(100, Math.max(0, ((at - delegation.createdAt) / whole) * 100));
  const [from, to] = [share(task.workStartedAt), share(task.workCompletedAt ?? task.completedAt ?? end)];
  return (
    <div aria-hidden className="relative ml-6 h-1 rounded-full bg-hover">
      <div
        className={cn(
          "absolute inset-y-0 rounded-full",
          task.status === "completed" ? "bg-ok" : task.status === "failed" ? "bg-danger" : "bg-info",
        )}
        style={{ left: `${from}%`, width: `max(4px, ${to - from}%)` }}
      />
    </div>
  );
}
