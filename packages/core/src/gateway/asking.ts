/** What is asked of a model, and which models may be asked. */
import { Fault, StepId } from "@djinnbot/contracts";
import type { Caller } from "../call.ts";
import type { Actor, Deps } from "../ctx.ts";
import { catalogueEntry } from "../settings/catalogue.ts";
import { type UsableProvider, usableProvider } from "../settings/provider-row.ts";
import { type ModelRequest, renderModelRequest } from "./request.ts";
import { type Call, callOf, familyOf } from "./wires.ts";

/** A call of a workload, whoever will answer it. */
export interface Asking {
  deps: Deps;
  tenantId: string;
  actor: Extract<Actor, { kind: "run" }>;
  requestId: string;
  log: Caller["log"];
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
}

/** `provider/model`. */
export function targetName({ provider, model }: Target): string {
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
  const { wire } = provider;
  const addUsage = catalogueEntry(providerId)?.streamUsageAutomatic !== true;
  return {
    provider,
    call: callOf(first.call, model),
    model: renderModelRequest(first.model.json, model, { wire, addUsage }),
  };
}

/** The runtime says which step it works on; it can only mislead about its own run. */
export function stepOf(headers: Headers): Asking["step"] {
  const stepId = StepId.safeParse(headers.get("x-djinnbot-step"));
  const attempt = Number(headers.get("x-djinnbot-attempt") ?? 1);
  return stepId.success && Number.isInteger(attempt) && attempt >= 1 && attempt <= 1_000_000
    ? { stepId: stepId.data, attempt }
    : null;
}
