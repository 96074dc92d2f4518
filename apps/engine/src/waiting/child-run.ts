/**
 * Runs that another run waits for. A branch of a parallel step and an executor of a delegation are made, merged, cancelled and waited
 * for in the same way. What differs is what their parent makes of them: a parallel step joins its branches at once when enough have
 * completed, and a conflict fails it (branches.ts); a delegation merges each executor when it ends, keeps the others going, and tells
 * its agent of a conflict (delegation/).
 */
import { outboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { ensureWorkspace, workspaceRun } from "../agent/session.ts";
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";
import { insertChildren, type NewChild } from "../store/child-runs.ts";
import { type Merged, WorkspaceError } from "../workspace/workspace.ts";

/** Makes them, with the work that is in the branch of their parent until now. Throws StepFault. */
export async function createChildren(
  resources: Resources,
  run: HeldRun,
  { step, children }: { step: OpenStep; children: readonly NewChild[] },
): Promise<Statement[]> {
  await ensureWorkspace(resources, run);
  const head = await resources.workspace.head(workspaceRun(run));
  const created = children.map(({ runId, pipeline, task }) =>
    outboxMessage(run, ["run", "tenant", "global"], {
      ...{ type: "RUN_CREATED", runId },
      pipelineId: pipeline?.id ?? run.row.pipelineId,
      taskDescription: task ?? run.row.task,
    }),
  );
  return insertChildren(run.runId, { parentStep: step.id, head, children, created });
}

/** Merges their work into the branch of their parent, up to the first conflict. Throws StepFault. */
export async function mergeChildren(
  resources: Resources,
  run: HeldRun,
  children: readonly { runId: string; name: string }[],
): Promise<Merged> {
  try {
    const merged = await resources.workspace.merge(workspaceRun(run), children);
    // The working copy is made anew from what was merged.
    run.workspace = null;
    return merged;
  } catch (error) {
    if (error instanceof WorkspaceError) {
      throw new StepFault(error.code, error.message);
    }
    throw error;
  }
}
