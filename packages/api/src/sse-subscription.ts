/** What a listener asks for: who it is, which stream, from where; and what is known about a run whose stream it is. */
import { type AnyStream, Fault, isTerminal, validationFault } from "@djinnbot/contracts";
import { type Caller, type Deps, guard, serviceCaller, servicesFor } from "@djinnbot/core";
import { type Entry, tenantKeys } from "@djinnbot/events";
import type { ApiRequest } from "./request.ts";
import { readQuery } from "./rest.ts";
import { newestEntry } from "./sse-source.ts";
import { fromWire } from "./wire.ts";

/** `settled`: over for so long that every event about it has been published. */
export type RunState = "open" | "over" | "settled" | "gone";
export interface Subscription {
  caller: Caller & { tenantId: string };
  /** Null for the tenant's stream. */
  runId: string | null;
  key: string;
  /** Resume point, exclusive; never `$`. */
  from: string;
  newest: Entry | null;
  state: RunState;
}

const settledAfterMs = 10_000;

/** Who listens. Throws UNAUTHENTICATED or FORBIDDEN. */
export async function authorize(
  identify: ApiRequest["caller"],
  contract: AnyStream,
): Promise<Caller & { tenantId: string }> {
  const caller = await identify();
  guard(caller, contract.scope);
  if (caller.tenantId === null) {
    throw new Fault("BAD_REQUEST", "Say which tenant: send X-Tenant-Id.");
  }
  return { ...caller, tenantId: caller.tenantId };
}

/** Reads the request and makes sure that a run is the tenant's own. Throws VALIDATION or NOT_FOUND. */
export async function subscription(
  deps: Deps,
  caller: Caller & { tenantId: string },
  options: { api: ApiRequest; contract: AnyStream; params: Record<string, string> },
): Promise<Subscription> {
  const { runId, since } = readInput(options.api, options.contract, options.params);
  const state = runId === null ? "open" : await runState(deps, caller, runId);
  if (state === "gone") {
    throw new Fault("NOT_FOUND", "Run not found");
  }
  const { tenantId } = caller;
  const key = runId === null ? tenantKeys.events(tenantId) : tenantKeys.runEvents(tenantId, runId);
  const newest = await newestEntry(deps.redis, key);
  const from = since === "$" ? (newest?.id ?? "0-0") : since === "0" ? "0-0" : since;
  return { caller, runId, key, from, newest, state };
}

/** `Last-Event-ID`, which browsers send when they reconnect, is newer than the `since` of their address. */
function readInput(api: ApiRequest, contract: AnyStream, params: Record<string, string>) {
  const { token: _, ...query } = readQuery(api.url.searchParams);
  const sent = { ...(fromWire(contract.input, query, "snake") as object), ...params };
  const resume = api.request.headers.get("last-event-id");
  const parsed = contract.input.safeParse(resume ? { ...sent, since: resume } : sent);
  if (!parsed.success) {
    const isPath = parsed.error.issues.every((issue) => String(issue.path[0]) in params);
    throw isPath ? new Fault("NOT_FOUND", "Not found") : validationFault(parsed.error, "query");
  }
  const input = parsed.data as { since: string; runId?: string };
  return { since: input.since, runId: input.runId ?? null };
}

/** Asked with our own rights: whoever may read events may know whether their run still goes on. */
export async function runState(deps: Deps, caller: Caller & { tenantId: string }, runId: string): Promise<RunState> {
  const own = serviceCaller(deps, { tenantId: caller.tenantId, requestId: caller.requestId, name: "sse-relay" });
  try {
    const run = await servicesFor(own).runs.get({ runId });
    if (!isTerminal(run.status)) {
      return "open";
    }
    return Date.now() - (run.completedAt ?? run.updatedAt) > settledAfterMs ? "settled" : "over";
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") {
      return "gone";
    }
    throw error;
  }
}
