/** What is going on in an execution at this moment, in a line. Pure. */
import type { Delegation, RunBranch, RunStatus } from "@djinnbot/contracts";
import { plural } from "@djinnbot/ui";
import type { TimelineEntry } from "./timeline.ts";
import type { TranscriptItem } from "./transcript-model.ts";

export type Activity = {
  text: string;
  /** Something is at work; else it waits for a person. */
  busy: boolean;
  /** Where to see more of it. */
  tab?: "executors";
};

type Known = {
  entry: Pick<TimelineEntry, "kind" | "status" | "stepId" | "attempt" | "activity">;
  runStatus: RunStatus;
  items: readonly TranscriptItem[];
  delegations: readonly Delegation[];
  branches: readonly RunBranch[];
};

const WORDS = {
  preparing: "Preparing the workspace",
  thinking: "Thinking",
  streaming: "Writing",
  tool_calling: "Using a tool",
  idle: "Waiting for the model",
};

/** Tools with which an agent ends its step. */
const ENDING = ["complete", "fail"];

export function activityOf(known: Known): Activity {
  const { entry, runStatus, items } = known;
  const { activity } = entry;
  if (runStatus === "paused") {
    return { text: "Paused", busy: false };
  }
  if (entry.status === "waiting") {
    return waitOf(known);
  }
  if (activity?.state === "preparing") {
    return { text: WORDS.preparing, busy: true };
  }
  if (entry.status !== "running") {
    return { text: "Waiting for its turn", busy: true };
  }
  if (activity?.state === "tool_calling" && activity.toolName !== null && !ENDING.includes(activity.toolName)) {
    return { text: `Using ${activity.toolName}`, busy: true };
  }
  if (isEnding(items)) {
    return { text: "Finishing the step", busy: true };
  }
  return { text: activity === null ? "Working" : WORDS[activity.state], busy: true };
}

function waitOf({ entry, delegations, branches }: Known): Activity {
  if (entry.kind === "approval") {
    return { text: "Waiting for your decision", busy: false };
  }
  if (entry.kind === "parallel") {
    const open = branches.filter(({ completedAt }) => completedAt === null).length;
    return {
      text: open === 0 ? "Waiting for its branches" : `Waiting for ${plural(open, "branch", "branches")}`,
      busy: true,
    };
  }
  const own = delegations.filter(({ stepId, attempt }) => stepId === entry.stepId && attempt === entry.attempt);
  const open = own
    .flatMap(({ tasks }) => tasks)
    .filter(({ status }) => status === "pending" || status === "running").length;
  return open === 0
    ? { text: "Waiting to go on with what the executors did", busy: true, tab: "executors" }
    : { text: `Waiting for ${plural(open, "executor")}`, busy: true, tab: "executors" };
}

/** The agent has said that it is done, and nothing came after it. */
function isEnding(items: readonly TranscriptItem[]): boolean {
  const last = items.findLast((item) => item.kind === "tool" || item.kind === "text" || item.kind === "thinking");
  return last?.kind === "tool" && ENDING.includes(last.name) && (last.state === "done" || last.state === "running");
}
