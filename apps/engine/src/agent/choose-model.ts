/** Which model an execution uses, with everything the runtime has to know of it. */
import type { AgentStepCommand, Provider } from "@djinnbot/contracts";
import type { AgentProfile } from "@djinnbot/core";
import { type ResolvedStep, resolveModel } from "@djinnbot/core/pipeline-language";
import type { HeldRun } from "../held/held-run.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";

/** Throws StepFault MODEL_NOT_CONFIGURED. */
export async function chooseModel(
  resources: Resources,
  run: HeldRun,
  { profile, resolved }: { profile: AgentProfile; resolved: ResolvedStep },
): Promise<{ model: string; choice: AgentStepCommand["model"] }> {
  const { lookup } = resources;
  const { settings, providers } = await lookup.settings(run.tenantId);
  const usable = providers.filter((provider) => provider.enabled && provider.configured);
  const chosen = resolveModel({
    runOverride: run.row.modelOverride,
    ...resolved.models,
    agentConfig: profile.config.model ?? profile.agent.model,
    tenantDefault: settings.defaultWorkingModel,
    platformDefault: platformModel(usable),
  });
  if (!chosen) {
    throw new StepFault("MODEL_NOT_CONFIGURED", "No model is chosen anywhere, and the platform offers none.");
  }
  const slash = chosen.model.indexOf("/");
  const [providerId, modelId] = [chosen.model.slice(0, slash), chosen.model.slice(slash + 1)];
  const provider = usable.find((candidate) => candidate.providerId === providerId);
  if (!provider) {
    throw new StepFault(
      "MODEL_NOT_CONFIGURED",
      `The model ${chosen.model} needs the provider ${providerId}, which has no key here or is switched off.`,
    );
  }
  return {
    model: chosen.model,
    choice: {
      providerId,
      modelId,
      wire: provider.wire,
      thinkingLevel:
        chosen.source === "tenantDefault" && profile.config.thinkingLevel === "off"
          ? settings.defaultWorkingModelThinkingLevel
          : profile.config.thinkingLevel,
      temperature: resolved.temperature,
      maxOutputTokens: resolved.maxOutputTokens,
      contextWindow: await lookup.contextWindow(run.tenantId, { provider, modelId }),
    },
  };
}

/** The only model of the demo provider that plays any pipeline; it lists none, so that nobody has to maintain them here. */
const demoModel = "demo-agent";

/** What the first provider offered by the platform runs on. */
function platformModel(usable: readonly Provider[]): string | null {
  for (const { source, providerId, models, isDemo } of usable) {
    const model = models[0]?.id ?? (isDemo ? demoModel : undefined);
    if (source === "platform" && model !== undefined) {
      return `${providerId}/${model}`;
    }
  }
  return null;
}
