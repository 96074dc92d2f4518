/** A channel is one object: name, key, schema. Publishing and reading derive from it (DESIGN 7). */
import { GlobalEvent, RunCommand, RunEvent, RunStatusMessage, TenantEvent } from "@djinnbot/contracts";
import type { z } from "zod";
import { systemKeys, tenantKeys } from "./keys.ts";

export interface Channel<Address, S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly key: (address: Address) => string;
  readonly schema: S;
  /** Approximate number of entries kept; what people may want later is in Postgres. */
  readonly maxLength: number;
}

export interface TenantAddress {
  tenantId: string;
}
export interface RunAddress extends TenantAddress {
  runId: string;
}

function channel<Address, S extends z.ZodType>(options: Channel<Address, S>): Channel<Address, S> {
  return options;
}

/** Facts about runs for the engine instances; each is handled by one of them. */
export const globalEvents = channel({
  name: "global",
  key: (_: Record<never, never>) => systemKeys.globalEvents,
  schema: GlobalEvent,
  maxLength: 100_000,
});
/** What a tenant's pages listen to. */
export const tenantEvents = channel({
  name: "tenant",
  key: ({ tenantId }: TenantAddress) => tenantKeys.events(tenantId),
  schema: TenantEvent,
  maxLength: 10_000,
});
/** Everything about one run, for people. Engine, gateway and runtime write it. */
export const runEvents = channel({
  name: "run",
  key: ({ tenantId, runId }: RunAddress) => tenantKeys.runEvents(tenantId, runId),
  schema: RunEvent,
  maxLength: 20_000,
});
/** Engine to runtime. */
export const runCommands = channel({
  name: "run-commands",
  key: ({ tenantId, runId }: RunAddress) => tenantKeys.runCommands(tenantId, runId),
  schema: RunCommand,
  maxLength: 1000,
});
/** Runtime to engine: what the engine folds into Postgres. */
export const runStatus = channel({
  name: "run-status",
  key: ({ tenantId, runId }: RunAddress) => tenantKeys.runStatus(tenantId, runId),
  schema: RunStatusMessage,
  maxLength: 1000,
});

/** Field of a stream entry that holds the message as JSON. */
export const messageField = "data";

/** The entry's message, or the reason why it is not one. */
export function parseMessage<S extends z.ZodType>(
  schema: S,
  text: string | undefined,
): { message: z.output<S> } | { reason: string } {
  if (text === undefined) {
    return { reason: `entry has no field "${messageField}"` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: "not JSON" };
  }
  const result = schema.safeParse(json);
  if (result.success) {
    return { message: result.data };
  }
  const issue = result.error.issues[0];
  return { reason: issue ? `${issue.path.join(".")}: ${issue.message}` : "does not match the schema" };
}
