import type { Provider, ProviderModel, Settings } from "@djinnbot/contracts";

type ModelOption = { value: string; label: string; hint?: string; group: string; keywords: string[] };
type Listed = Pick<Provider, "providerId" | "name" | "isDemo"> & { models: readonly ProviderModel[] };

/** Providers whose models can be called now. */
export function usableProviders(providers: readonly Provider[]): Provider[] {
  return providers.filter((provider) => provider.configured && provider.enabled);
}

/** Models to choose from as `provider/model`, grouped by provider. A demo provider says so in its heading. */
export function modelOptions(providers: readonly Listed[]): ModelOption[] {
  return providers.flatMap(({ providerId, name, isDemo, models }) =>
    models.map((model) => ({
      value: `${providerId}/${model.id}`,
      label: model.name,
      hint: modelHint(providerId, model),
      group: isDemo ? `${name} — scripted replies` : name,
      keywords: [providerId, model.id, name],
    })),
  );
}

function modelHint(providerId: string, { id, contextWindow, reasoning }: ProviderModel): string {
  const facts = [
    `${providerId}/${id}`,
    contextWindow === null ? null : `${Math.round(contextWindow / 1000)}k context`,
    reasoning ? "thinks" : null,
  ];
  return facts.filter((fact) => fact !== null).join(" · ");
}

/** What a tenant's work runs on when neither agent nor pipeline names a model. */
export type DefaultModel =
  | { kind: "chosen"; model: string; provider: Provider | undefined }
  | { kind: "platform"; provider: Provider }
  | { kind: "none" };

/** The tenant's default, else the first provider the platform offers (as the engine chooses), else nothing. */
export function defaultModel(
  settings: Pick<Settings, "defaultWorkingModel">,
  providers: readonly Provider[],
): DefaultModel {
  const model = settings.defaultWorkingModel;
  const usable = usableProviders(providers);
  if (model !== "") {
    const providerId = model.slice(0, model.indexOf("/"));
    return { kind: "chosen", model, provider: usable.find((provider) => provider.providerId === providerId) };
  }
  const platform = usable.find(({ source, models, isDemo }) => source === "platform" && (models.length > 0 || isDemo));
  return platform ? { kind: "platform", provider: platform } : { kind: "none" };
}

/** True when work that names no model of its own gets scripted replies. */
export function runsOnDemo(settings: Pick<Settings, "defaultWorkingModel">, providers: readonly Provider[]): boolean {
  const found = defaultModel(settings, providers);
  return found.kind !== "none" && found.provider?.isDemo === true;
}

/** True once a provider that thinks for itself can be called. */
export function hasRealProvider(providers: readonly Provider[]): boolean {
  return usableProviders(providers).some((provider) => !provider.isDemo);
}
