/** What executions and runs come to, and what is to follow. */
import type { FailureCode } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import type { Loops } from "@djinnbot/core/pipeline-language";
import type { Statement } from "@djinnbot/core/tenant-sql";
import type { Failed } from "../store/rows.ts";
import type { Park } from "./park.ts";

export interface Completed {
  kind: "completed";
  outputs: Record<string, string>;
  summary: string | null;
  commitHash: string | null;
}
export type StepOutcome = Completed | ({ kind: "failed" } & Failed);
export interface OpenGate {
  messages: OutboxMessage[];
  park: Park;
}
/** What a waiting step has come to: its outcome, or that it has to wait on. */
export type Resolved =
  | { outcome: StepOutcome; handOver: string | null; also: Statement[]; messages: OutboxMessage[] }
  | { park: Park; messages: OutboxMessage[] };
/** The execution to make next. */
export interface Wanted {
  stepId: string;
  retryCount: number;
  humanContext: string | null;
  /** Outputs and loops as the step will see them. */
  outputs: Readonly<Record<string, string>>;
  loops: Loops;
}
export type RunEnd = (
  | { status: "completed" }
  | { status: "failed"; code: FailureCode; message: string }
  | { status: "cancelled"; reason: string }
) & { push?: { status: "none" | "pushed" | "refused"; detail: string | null } };
