/**
 * What every runtime does before its first step and always with the same result, done once when it is built: its snapshot holds it.
 * Nothing here may draw a random number, an identifier or a key, or open anything: all runtimes would have the same one.
 */
import { loadEnv } from "@djinnbot/config";
import { AgentStepCommand, builtinTools, ProviderWire } from "@djinnbot/contracts";
import { parseMessage, runCommands } from "@djinnbot/events";
import { RuntimeEnv } from "./env.ts";
import { createModel } from "./model/provider.ts";
import { describeTools, offeredTools } from "./tools/index.ts";

/** `rehearsal` is JSON: environment and commands of a step that nobody takes. Reading them compiles their schemas. */
export async function prepare(rehearsal: string): Promise<void> {
  const { env, step, others } = JSON.parse(rehearsal);
  const { API_URL: apiUrl, RUN_KEY: runKey } = loadEnv(RuntimeEnv, env);
  for (const command of [step, ...others]) {
    parseMessage(runCommands.schema, JSON.stringify(command));
  }
  const { model } = AgentStepCommand.parse(step);
  for (const wire of ProviderWire.options) {
    await createModel({ ...model, wire }, { apiUrl, runKey });
  }
  describeTools(offeredTools(builtinTools), []);
}
