/** What is asked of a model, and which models may be asked. */
import { Fault } from "@djinnbot/contracts";
import { tenantPipeline } from "@djinnbot/db";
import type { Caller } from "../call.ts";
import type { Actor, Deps } from "../ctx.ts";
import { catalogueEntry } from "../settings/catalogue.ts";
import { type UsableProvider, usableProvider } from "../settings/provider-row.ts";
import { type Share, sharesOf } from "./output.ts";
import { findPrice, type Price, priceStatement } from "./prices.ts";
import { type Manner, type ModelRequest, renderBody } from "./request.ts";
import { type Call, callOf, familyOf } from "./wires.ts";

/** A call of a workload, whoever will answer it. */
export interface Asking {
  deps: Deps;
  tenantId: string;
  actor: Extract<Actor, { kind: "run" }>;
  requestId: string;
  log: Caller["log"];
  /** Where the call is booked; null for a session that no step has begun in. */
  step: { stepId: string; attempt: number } | null;
  headers: Headers;
  signal: AbortSignal;
  /** `provider/model` that the workload named. */
  wanted: string | null;
}
/** One model of one provider, and the call as it goes there; a list of models has no model. */
export interface Target {
  provider: UsableProvider;
  call: Call;
  model: ModelRequest | null;
  /** Of the model, when it is asked; null when it is not known. */
  price: Price | null;
}

/** `provider/model`. */
export function targetName({ provider, model }: Pick<Target, "provider" | "model">): string {
  return `${provider.providerId}/${model?.model ?? ""}`;
}

/** Throws FORBIDDEN for a model that the provider's settings do not allow. */
export function checkAllowed(provider: UsableProvider, model: string): void {
  if (provider.allowedModels?.includes(model) === false) {
    throw new Fault(
      "FORBIDDEN",
      `The model ${model} is not among the allowed ones of provider ${provider.providerId}.`,
    );
  }
}

/**
 * The same question for another model; null where it cannot be asked: no key, not allowed, switched off, or its provider speaks another
 * wire. What goes through is passed on untouched, so nothing is translated between wires.
 */
export async function otherTarget(asking: Asking, first: Target, name: string): Promise<Target | null> {
  const slash = name.indexOf("/");
  const [providerId, model] = [name.slice(0, slash), name.slice(slash + 1)];
  const provider = await usableProvider(asking.deps, asking.tenantId, providerId);
  const fits = provider && first.model && familyOf(provider.wire) === familyOf(first.provider.wire);
  if (!fits || !first.model || provider.allowedModels?.includes(model) === false) {
    return null;
  }
  const body = renderBody(first.model.json, model, mannerOf(provider));
  const price = await findPrice(asking.deps.db, asking.tenantId, name);
  return { provider, call: callOf(first.call, model), model: { ...first.model, model, body }, price };
}

/** How its provider wants to be asked. */
export function mannerOf({ providerId, wire }: Pick<UsableProvider, "providerId" | "wire">): Manner {
  return { wire, addUsage: catalogueEntry(providerId)?.streamUsageAutomatic !== true };
}

/** What may be held for the call, largest first. */
export function sharesFor(target: Target, { inputTokens, output }: ModelRequest): [Share, ...Share[]] {
  return sharesOf({ model: targetName(target), wire: target.provider.wire, inputTokens, asked: output });
}

/** The same target, asked to keep to what is held for it. */
export function keptTo(target: Target, share: Share | null): Target {
  const { provider, model } = target;
  if (!model || !share || share.limit === null) {
    return target;
  }
  const body = renderBody(model.json, model.model, { ...mannerOf(provider), limit: share.limit });
  return { ...target, model: { ...model, body } };
}

/**
 * What a call costs, and whom: the model's price, and the step that the session is at, from the database: what the workload says would
 * let it choose whose budget it spends. Between two steps it is the one before, so that nothing a step leaves behind works for free.
 */
export async function priceAndStep(
  { deps, tenantId, actor }: Pick<Asking, "deps" | "tenantId" | "actor">,
  model: string,
): Promise<{ price: Price | null; step: Asking["step"] }> {
  const [prices = [], steps = []] = await tenantPipeline(deps.db, tenantId, [
    priceStatement(model),
    {
      name: "gateway-step",
      text: `SELECT step_id AS "stepId", attempt FROM steps WHERE run_id = $1 AND session_id = $2 ORDER BY sequence DESC LIMIT 1`,
      values: [actor.runId, actor.sessionId],
    },
  ]);
  return { price: (prices[0] as Price | undefined) ?? null, step: (steps[0] as Asking["step"] | undefined) ?? null };
}
