/** The first line of every verb: does the caller hold the scope? */
import { Fault, type Scope } from "@djinnbot/contracts";
import type { Actor, Ctx } from "./ctx.ts";

/** Throws FORBIDDEN (or UNAUTHENTICATED for nobody) when the scope is missing. */
export function guard(ctx: Pick<Ctx, "actor" | "scopes">, scope: Scope | "public"): void {
  if (scope === "public" || ctx.scopes.has(scope)) {
    return;
  }
  if (ctx.actor.kind === "anonymous") {
    throw new Fault("UNAUTHENTICATED", "Sign in, or send an API key as a bearer token.");
  }
  throw new Fault("FORBIDDEN", `This needs the permission ${scope}.`);
}

/** The user behind the actor: the person, or the maker of the API key; null for services and runs. */
export function userIdOf(actor: Actor): string | null {
  return actor.kind === "user" || actor.kind === "apiKey" ? actor.userId : null;
}
/** A stable name of the actor for audit and idempotency. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case "user":
      return actor.userId;
    case "apiKey":
    case "run":
      return actor.keyId;
    case "service":
      return actor.name;
    case "anonymous":
      return null;
  }
}
