/** Prompts of an agent's session: who it is and where it works, and what one step asks of it. Pure text. */
export { buildStepPrompt, type StepPrompt } from "./step-prompt.ts";
export { buildSystemPrompt, type Colleague, type PromptAgent, type SystemPrompt } from "./system-prompt.ts";
