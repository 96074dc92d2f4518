"use client";
import type { RunBranch, RunDetail, RunLoop } from "@djinnbot/contracts";
import { AppLink, Duration, Money, Progress, StatusIcon, statusMeta } from "@djinnbot/ui";

/** What a run has beside its line of steps: items of loops, and branches that are runs of their own. */
export function RunParts({ run }: { run: RunDetail }) {
  return (
    <>
      {run.loops.map((loop) => (
        <LoopItems key={loop.stepId} loop={loop} />
      ))}
      {run.branches.length === 0 ? null : <Branches branches={run.branches} />}
    </>
  );
}

function LoopItems({ loop }: { loop: RunLoop }) {
  const done = loop.items.filter((item) => item.status === "completed" || item.status === "failed").length;
  return (
    <section aria-label={`Items of ${loop.stepId}`} className="flex flex-col gap-2 border-t border-line p-3">
      <h2 className="text-xs font-medium text-muted">Items of {loop.stepId}</h2>
      <Progress label="Items done" value={done} max={loop.items.length} tone="info" />
      <ol className="flex max-h-48 flex-col gap-1 overflow-y-auto">
        {loop.items.map((item, index) => (
          // Two items may have the same name; their order is what tells them apart.
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of a loop never changes its order
          <li key={index} className="flex items-start gap-2 text-xs">
            <StatusIcon status={item.status} className="mt-px [&_svg]:size-3.5" />
            <span dir="auto" className="line-clamp-2 min-w-0 wrap-anywhere">
              {item.id}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Why it failed, else which step it is at; a step that is called like its branch says nothing. */
function doingOf({ failure, currentStep, branch, startedAt, completedAt, status }: RunBranch): string {
  if (failure !== null) {
    return failure.meaning;
  }
  return currentStep === null || currentStep === branch || completedAt !== null
    ? startedAt === null
      ? "Not begun"
      : statusMeta(status).word
    : `At ${currentStep}`;
}

function Branches({ branches }: { branches: readonly RunBranch[] }) {
  return (
    <section aria-label="Branches" className="flex flex-col gap-1 border-t border-line p-2">
      <h2 className="px-1 text-xs font-medium text-muted">Branches</h2>
      <ul className="flex flex-col gap-px">
        {branches.map((branch) => (
          <li key={branch.runId}>
            <AppLink
              href={`/runs/${branch.runId}`}
              data-row
              data-focus="inset"
              className="flex items-start gap-2 rounded-md px-1 py-1.5 text-sm hover:bg-hover"
            >
              <StatusIcon status={branch.status} className="mt-0.5" />
              <span className="flex min-w-0 flex-1 flex-col">
                <span className="flex justify-between gap-2">
                  <span className="truncate font-medium">{branch.branch}</span>
                  <span className="shrink-0 text-xs text-muted">
                    {branch.startedAt === null ? null : <Duration from={branch.startedAt} to={branch.completedAt} />}
                  </span>
                </span>
                <span className="flex justify-between gap-2 text-xs text-muted">
                  <span className="truncate">{doingOf(branch)}</span>
                  {branch.costMicros > 0 ? <Money micros={branch.costMicros} /> : null}
                </span>
              </span>
            </AppLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
