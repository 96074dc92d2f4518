/** The model of a step, reached through the model gateway; each wire's library is loaded when it is first needed. */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { AgentStepCommand } from "@djinnbot/contracts";

export interface GatewayAccess {
  apiUrl: string;
  runKey: string;
}

/** A model that speaks the provider's own wire to `{apiUrl}/v1/llm/{providerId}`, with the run key in every header a wire uses. */
export async function createModel(model: AgentStepCommand["model"], access: GatewayAccess): Promise<LanguageModelV4> {
  const baseURL = `${access.apiUrl.replace(/\/+$/, "")}/v1/llm/${model.providerId}`;
  const apiKey = access.runKey;
  const headers = { authorization: `Bearer ${apiKey}` };
  switch (model.wire) {
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ baseURL, apiKey, headers }).chat(model.modelId);
    }
    case "openai-compatible": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const provider = createOpenAICompatible({
        name: model.providerId,
        ...{ baseURL, apiKey, headers },
        includeUsage: true,
        supportsStructuredOutputs: true,
      });
      return provider.chatModel(model.modelId);
    }
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ baseURL, apiKey, headers })(model.modelId);
    }
    case "google": {
      const { createGoogleGenerativeAI } = await import("@ai-sdk/google");
      return createGoogleGenerativeAI({ baseURL, apiKey, headers })(model.modelId);
    }
  }
}
