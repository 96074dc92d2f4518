import { type AgentConfig, AgentConfigPatch, ModelName } from "@djinnbot/contracts";
import { z } from "zod";

const { thinkingLevel, tools, timeout, maxRetries } = AgentConfigPatch.shape;

/** An empty input means "as the pipeline or the team has it". */
const numberOrNull = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === "" ? null : typeof value === "string" ? Number(value) : value), schema);

/** What the configuration page edits, checked with the contract's own schemas. */
export const ConfigForm = z.object({
  model: z.union([z.literal("").transform(() => null), ModelName]),
  thinkingLevel: thinkingLevel.unwrap(),
  /** False: every tool, stored as an empty list. */
  limitTools: z.boolean(),
  tools: tools.unwrap(),
  timeout: numberOrNull(timeout.unwrap()),
  maxRetries: numberOrNull(maxRetries.unwrap()),
});
export type ConfigFormInput = {
  model: string;
  thinkingLevel: AgentConfig["thinkingLevel"];
  limitTools: boolean;
  tools: string[];
  timeout: string;
  maxRetries: string;
};

/** The stored configuration as the form shows it. */
export function toForm(config: AgentConfig): ConfigFormInput {
  return {
    model: config.model ?? "",
    thinkingLevel: config.thinkingLevel,
    limitTools: config.tools.length > 0,
    tools: config.tools,
    timeout: config.timeout === null ? "" : String(config.timeout),
    maxRetries: config.maxRetries === null ? "" : String(config.maxRetries),
  };
}

/** What is sent: an empty list of tools means all of them, so "none but the fixed ones" is that list itself. */
export function toPatch({ limitTools, tools: chosen, ...rest }: z.output<typeof ConfigForm>, fixed: readonly string[]) {
  const list = limitTools ? (chosen.length === 0 ? [...fixed] : chosen) : [];
  return { ...rest, tools: list };
}
