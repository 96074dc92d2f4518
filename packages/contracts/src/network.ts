/** What the network rules have refused, and opening it with one call (agent-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EgressMode, EgressRefusal, SingleHost } from "./egress.ts";
import { EpochMs, IdOrSlug } from "./id.ts";

/** A place that an agent's program was not let to; the newest of its refusals. */
export const RefusedPlace = z.object({
  host: z.string(),
  port: z.int(),
  /** Why it was refused then. */
  reason: EgressRefusal,
  /** Why it would be refused now; null when the rules have changed. */
  refusedNow: EgressRefusal.nullable(),
  /** What `network.allow` takes to open it; null where that opens nothing: rules that allow nothing at all, a private address, mail. */
  allow: z.object({ host: SingleHost, agentId: z.string().nullable() }).nullable(),
  /** Slug of the agent that wanted it, and its name. */
  agentId: z.string(),
  agentName: z.string(),
  runId: z.string(),
  task: z.string(),
  stepId: z.string(),
  /** Steps that were told of it. */
  times: z.int(),
  at: EpochMs,
});
export type RefusedPlace = z.infer<typeof RefusedPlace>;

const base = { service: "agent-svc" } as const;

export const network = {
  refusals: contract({
    ...base,
    method: "GET",
    path: "/v1/network/refusals",
    scope: "runs:read",
    summary: "Places that agents were not let to in the last seven days, the latest first, each once for its agent",
    input: z.object({
      /** Left out: of all agents. */
      agentId: IdOrSlug.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
    output: z.array(RefusedPlace),
    faults: ["NOT_FOUND"],
  }),
  allow: contract({
    ...base,
    method: "POST",
    path: "/v1/network/allow",
    scope: "agents:write",
    summary: "Add a host to the team's list (with the scope `settings:write`), or to an agent's; what is on it stays",
    input: z.object({
      host: SingleHost,
      /** Left out: to the team's list. */
      agentId: IdOrSlug.optional(),
    }),
    output: z.object({ mode: EgressMode, hosts: z.array(z.string()) }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
};
