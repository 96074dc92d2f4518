/** What a step's model settings mean for one call; the wire's library says it in the words of the wire. */
import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { AgentStepCommand } from "@djinnbot/contracts";

type Model = AgentStepCommand["model"];
type Settings = Pick<LanguageModelV4CallOptions, "temperature" | "maxOutputTokens" | "reasoning"> & {
  providerOptions?: SharedV4ProviderOptions;
};

/** Temperature and length. */
export function plainSettings(model: Model): Settings {
  return {
    ...(model.temperature === null ? {} : { temperature: model.temperature }),
    ...(model.maxOutputTokens === null ? {} : { maxOutputTokens: model.maxOutputTokens }),
  };
}

/** How much the model is to think. "off" leaves the model's default: many models refuse the parameter altogether. */
export function thinkingSettings({ thinkingLevel, wire }: Model): Settings {
  if (thinkingLevel === "off") {
    return {};
  }
  // Google keeps its thoughts to itself unless asked for them.
  const asked = { google: { thinkingConfig: { includeThoughts: true } } };
  return { reasoning: thinkingLevel, ...(wire === "google" ? { providerOptions: asked } : {}) };
}
