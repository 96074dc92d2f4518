/** Approvals: questions to people at which runs wait (engine-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, RunId } from "./id.ts";
import { PageInput, page } from "./page.ts";

export const ApprovalStatus = z.enum(["pending", "approved", "rejected", "expired", "cancelled"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

export const ApprovalRequest = z.object({
  /** The id of the step's row. */
  id: z.string(),
  runId: RunId,
  stepId: z.string(),
  attempt: z.int(),
  pipelineId: z.string(),
  pipelineName: z.string().nullable(),
  task: z.string(),
  status: ApprovalStatus,
  message: z.string(),
  /** Roles and e-mail addresses; empty: everybody who may change runs. */
  who: z.array(z.string()),
  /** Whether you are among them. */
  mayDecide: z.boolean(),
  comment: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedByName: z.string().nullable(),
  createdAt: EpochMs,
  expiresAt: EpochMs.nullable(),
  decidedAt: EpochMs.nullable(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

const base = { service: "engine-svc" } as const;
const ref = { approvalId: z.string().min(1).max(200) };

export const approvals = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/approvals/",
    scope: "runs:read",
    page: true,
    summary: "Questions to people, newest first",
    input: PageInput.extend({ status: ApprovalStatus.optional(), runId: RunId.optional() }),
    output: page(ApprovalRequest),
  }),
  count: contract({
    ...base,
    method: "GET",
    path: "/v1/approvals/count",
    scope: "runs:read",
    summary: "How many questions wait for an answer, and how many of them for yours",
    input: z.object({}),
    output: z.object({ pending: z.int(), mine: z.int() }),
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/approvals/{approvalId}",
    scope: "runs:read",
    summary: "One question",
    input: z.object(ref),
    output: ApprovalRequest,
    faults: ["NOT_FOUND"],
  }),
  decide: contract({
    ...base,
    method: "POST",
    path: "/v1/approvals/{approvalId}/decide",
    scope: "runs:write",
    summary: "Answer a question; the run goes on. The same answer again is fine",
    input: z.object({
      ...ref,
      decision: z.enum(["approve", "reject"]),
      /** Reaches the next step. */
      comment: z.string().trim().max(10_000).nullish(),
    }),
    output: ApprovalRequest,
    faults: ["NOT_FOUND", "FORBIDDEN", "CONFLICT"],
  }),
};
