/** What happens beside an agent's own work, in a line for the transcript. */
import type { ArrivedEvent, NoticeItem } from "./transcript-model.ts";

export type Words = Pick<NoticeItem, "tone" | "title" | "detail" | "link">;

const BUDGET_OF: Record<string, string> = { tenant: "the team", agent: "the agent", step: "the step" };

const budgetOf = (scope: string) => `The budget of ${BUDGET_OF[scope] ?? "this run"}.`;

/** Null for events that are shown in another way, or not at all. */
export function wordsOf(event: ArrivedEvent): Words | null {
  switch (event.type) {
    case "LOOP_ITEM_COMPLETE":
      return { tone: "ok", title: `Item ${event.itemIndex + 1} is done`, detail: event.itemId };
    case "LOOP_ITEM_FAILED": {
      const title = `Item ${event.itemIndex + 1} failed: ${event.itemId}`;
      return { tone: "warn", title, detail: event.error || null };
    }
    case "BRANCH_STARTED":
      return { tone: "neutral", title: `Branch ${event.branch} started`, detail: event.branchRunId };
    case "BRANCH_ENDED": {
      const tone = event.status === "completed" ? "ok" : "warn";
      return { tone, title: `Branch ${event.branch}: ${event.status}`, detail: event.branchRunId };
    }
    case "HUMAN_INTERVENTION":
      return { tone: "neutral", title: "A person says", detail: event.context };
    case "AGENT_MESSAGE":
      return { tone: "neutral", title: `${event.from} → ${event.to}`, detail: event.message };
    case "BUDGET_WARNING": {
      const title = `${event.percent} % of a budget are used`;
      return { tone: "warn", title, detail: budgetOf(event.scope) };
    }
    case "BUDGET_EXCEEDED":
      return { tone: "danger", title: "A budget refused a model call", detail: budgetOf(event.scope) };
    case "MODEL_FALLBACK":
      return { tone: "warn", title: `${event.to} is asked instead of ${event.from}`, detail: event.reason };
    case "CONTAINER_DESTROYED":
      return { tone: "neutral", title: "Workspace closed", detail: event.detail };
    case "CONTAINER_CRASHED":
      return { tone: "danger", title: "The workspace crashed", detail: event.error };
    default:
      return null;
  }
}

/** The same for events that name an execution. */
export function stepWordsOf(event: ArrivedEvent): Words | null {
  switch (event.type) {
    case "APPROVAL_REQUESTED":
      return { tone: "warn", title: "Waiting for a decision", detail: event.message };
    case "APPROVAL_DECIDED": {
      const tone = event.status === "approved" ? "ok" : "warn";
      return { tone, title: `${event.decidedBy ?? "Nobody"}: ${event.status}`, detail: event.comment };
    }
    case "DELEGATION_STARTED": {
      const title =
        event.tasks === 1 ? "A task is given to an executor" : `${event.tasks} tasks are given to executors`;
      return { tone: "neutral", title, detail: null };
    }
    case "DELEGATION_TASK": {
      const tone = event.status === "completed" ? "ok" : event.status === "failed" ? "warn" : "neutral";
      return { tone, title: `Executor of ${event.key}: ${event.status}`, detail: event.error ?? event.title };
    }
    case "DELEGATION_ENDED": {
      const tone = event.status === "completed" ? "ok" : "warn";
      return { tone, title: `The executors are done: ${event.status}`, detail: event.error };
    }
    case "EGRESS_REFUSED":
      return refusalOf(event);
    case "COMMIT_FAILED":
      return { tone: "danger", title: "The changes could not be committed", detail: event.error };
    default:
      return null;
  }
}

type Refused = Extract<ArrivedEvent, { type: "EGRESS_REFUSED" }>;

/** What it tells an agent's program, and where there is a page for it, a link in the place of its name. */
function refusalOf({ host, port, reason, detail, agentId }: Refused): Words {
  const words: Words = { tone: "warn", title: `Not allowed to connect to ${host}:${port}`, detail };
  if (reason === "tenant") {
    const link = { href: "/settings/network", label: "Change the team's rules" };
    return { ...words, detail: "The network rules of this team do not allow it.", link };
  }
  if (reason === "agent" && agentId) {
    const link = { href: `/agents/${agentId}?tab=config`, label: "Change the agent's rules" };
    return { ...words, detail: "The network rules of this agent do not allow it.", link };
  }
  return words;
}
