/** What an actor may do. `public` needs no actor; `service` is held by our own services only. */
import { z } from "zod";

export const scopes = [
  "tenant:read",
  "tenant:write",
  "keys:read",
  "keys:write",
  "agents:read",
  "agents:write",
  "pipelines:read",
  "pipelines:write",
  "runs:read",
  "runs:write",
  "events:read",
  "settings:read",
  "settings:write",
  "llm:read",
  "llm:call",
  "self:read",
  "delegate",
  "service",
] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/** Scopes a person or an API key can hold: everything but what belongs to workloads and services. */
const workloadOnly: readonly Scope[] = ["service", "llm:call", "delegate"];
export const grantableScopes = scopes.filter((scope) => !workloadOnly.includes(scope));
/** Scopes of a plain member: no change to the tenant, its settings or its providers. */
export const memberScopes = grantableScopes.filter((scope) => scope !== "tenant:write" && scope !== "settings:write");
/** Scopes of a run key: call the model, read its own run, delegate parts of its step. */
export const runKeyScopes = ["llm:call", "self:read", "delegate"] as const satisfies readonly Scope[];
