"use client";
import type { DelegatedTask } from "@djinnbot/contracts";
import { AppLink, cn, StatusIcon } from "@djinnbot/ui";
import { useMemo } from "react";
import { drawTasks, NODE } from "./waves.ts";

/** Which task builds on which, and how far each is. The list beside it says the same in words. */
export function TaskGraph({ tasks }: { tasks: readonly DelegatedTask[] }) {
  const shape = JSON.stringify(tasks.map(({ key, dependencies }) => [key, dependencies]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all that places anything
  const drawing = useMemo(() => drawTasks(tasks), [shape]);
  const status = new Map(tasks.map((task) => [task.key, task.status]));
  return (
    <figure aria-label="Tasks and what they build on" className="max-w-full overflow-x-auto p-1">
      <div className="relative" style={{ width: drawing.width, height: drawing.height }}>
        <svg aria-hidden width={drawing.width} height={drawing.height} className="absolute inset-0 overflow-visible">
          {drawing.lines.map(({ id, from, path }) => (
            <path
              key={id}
              d={path}
              fill="none"
              strokeWidth={1.5}
              className={cn(status.get(from) === "completed" ? "stroke-ok" : "stroke-line-control")}
            />
          ))}
        </svg>
        {tasks.map((task) => {
          const place = drawing.places.get(task.key);
          return (
            <div
              key={task.key}
              className="absolute"
              style={{ left: place?.x, top: place?.y, width: NODE.width, height: NODE.height }}
            >
              <TaskNode task={task} />
            </div>
          );
        })}
      </div>
    </figure>
  );
}

function TaskNode({ task }: { task: DelegatedTask }) {
  const classes = cn(
    "flex size-full items-center gap-2 rounded-md border bg-surface px-2 text-sm",
    task.status === "running" ? "border-info" : task.status === "failed" ? "border-danger" : "border-line",
  );
  const inside = (
    <>
      <StatusIcon status={task.status} className="shrink-0" />
      <span className="flex min-w-0 flex-col leading-tight">
        <span dir="auto" className="truncate font-medium">
          {task.title}
        </span>
        <span className="truncate text-xs text-muted">{task.key}</span>
      </span>
    </>
  );
  return task.startedAt === null ? (
    <div className={cn(classes, "text-muted")}>{inside}</div>
  ) : (
    <AppLink href={`/runs/${task.runId}`} className={cn(classes, "hover:bg-hover")}>
      {inside}
    </AppLink>
  );
}
