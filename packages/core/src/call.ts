/** Runs an operation: scope, input by the contract, verb, output by the contract. The one way in for every edge. */
import { type AnyContract, contracts, Fault, scopes, validationFault } from "@djinnbot/contracts";
import type { Ctx, Deps, PublicCtx } from "./ctx.ts";
import { guard } from "./guard.ts";
import type { Services } from "./services.ts";
import { findUnstorable } from "./storable.ts";
import { verbs } from "./verbs.ts";

const allScopes: PublicCtx["scopes"] = new Set(scopes);

type AnyVerb = (args: { ctx: unknown; input: unknown }) => Promise<unknown>;
/** A request as an edge knows it: the tenant is null for a stranger. */
export type Caller = Omit<Ctx, "tenantId" | "services"> & { tenantId: string | null };

/**
 * Calls `noun.verb`. Throws a Fault: UNAUTHENTICATED, FORBIDDEN, VALIDATION for bad input, whatever the verb throws; an output that
 * does not match its contract is our own mistake and becomes INTERNAL.
 */
export async function call(caller: Caller, noun: string, verb: string, input: unknown): Promise<unknown> {
  const contract = (contracts as unknown as Record<string, Record<string, AnyContract>>)[noun]?.[verb];
  const run = (verbs as unknown as Record<string, Record<string, AnyVerb>>)[noun]?.[verb];
  if (!contract || !run) {
    throw new Fault("NOT_FOUND", "No such operation");
  }
  guard(caller, contract.scope);
  if (contract.scope !== "public" && caller.tenantId === null) {
    throw new Fault("BAD_REQUEST", "Say which tenant: send X-Tenant-Id.");
  }
  const where = contract.method === "GET" || contract.method === "DELETE" ? "query" : "body";
  const parsed = contract.input.safeParse(input ?? {});
  if (!parsed.success) {
    throw validationFault(parsed.error, where);
  }
  refuseUnstorable(parsed.data, where);
  const ctx = caller.tenantId === null ? caller : { ...caller, services: servicesFor(caller) };
  const output = contract.output.safeParse(await run({ ctx, input: parsed.data }));
  if (!output.success) {
    caller.log.error(
      { operation: `${noun}.${verb}`, issues: output.error.issues.slice(0, 5) },
      "output does not match its contract",
    );
    throw new Fault("INTERNAL", "The answer could not be built.");
  }
  return output.data;
}

function refuseUnstorable(input: unknown, where: string): void {
  const path = findUnstorable(input);
  if (path) {
    const loc = [where, ...path];
    const msg = "text with the character U+0000 or with half a character cannot be stored";
    throw new Fault("VALIDATION", `${loc.join(".")}: ${msg}`, { details: [{ loc, msg, type: "invalid_text" }] });
  }
}

/** The in-process transport of {@link Services}. */
export function servicesFor(caller: Caller): Services {
  const nouns = Object.keys(contracts) as (keyof typeof contracts)[];
  return Object.fromEntries(
    nouns.map((noun) => [
      noun,
      Object.fromEntries(
        Object.keys(contracts[noun]).map((verb) => [verb, (input: unknown) => call(caller, noun, verb, input)]),
      ),
    ]),
  ) as unknown as Services;
}

/** A caller for our own work inside a tenant (sweeps, engine): holds the service scope and whatever `scopes` adds. */
export function serviceCaller(
  deps: Deps,
  options: { tenantId: string; requestId: string; name: string },
): Caller & { tenantId: string } {
  return {
    tenantId: options.tenantId,
    actor: { kind: "service", name: options.name },
    scopes: allScopes,
    requestId: options.requestId,
    ip: null,
    userAgent: null,
    log: deps.log.child({ tenant_id: options.tenantId, request_id: options.requestId }),
    now: Date.now,
    deps,
  };
}
