/** All built-in tools by name, and what the model is told about them. */
import type { JSONSchema7, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { type BuiltinTool, builtinTools, standardTools } from "@djinnbot/contracts";
import { z } from "zod";
import { bash } from "./bash.ts";
import { spawnExecutor, swarmExecute, tryApproaches } from "./delegate.ts";
import { edit, multiedit } from "./edit.ts";
import { find } from "./find.ts";
import { grep } from "./grep.ts";
import { ls } from "./ls.ts";
import { read } from "./read.ts";
import { shareKnowledge } from "./share-knowledge.ts";
import { complete, fail } from "./step-control.ts";
import type { Tool } from "./tool.ts";
import { write } from "./write.ts";

const tools: Record<BuiltinTool, Tool> = {
  read,
  write,
  edit,
  multiedit,
  bash,
  grep,
  find,
  ls,
  complete,
  fail,
  share_knowledge: shareKnowledge,
  spawn_executor: spawnExecutor,
  swarm_execute: swarmExecute,
  try_approaches: tryApproaches,
};
const always: readonly BuiltinTool[] = ["complete", "fail"];

/** The tools of a step: the named ones (none named = the standard ones), and always those that end it. Unknown names are left out. */
export function offeredTools(names: readonly string[]): Map<string, Tool> {
  const wanted =
    names.length === 0 ? standardTools : builtinTools.filter((name) => names.includes(name) || always.includes(name));
  return new Map(wanted.map((name) => [name, tools[name]]));
}

/** What the model is told; `complete` names the declared outputs, so that a good model cannot forget one. */
export function describeTools(
  offered: ReadonlyMap<string, Tool>,
  outputs: readonly string[],
): LanguageModelV4FunctionTool[] {
  return [...offered].map(([name, tool]) => ({
    type: "function",
    name,
    description: tool.description,
    inputSchema: name === "complete" ? completeSchema(outputs) : schemaOf(tool.input),
  }));
}

const schemas = new Map<z.ZodObject, JSONSchema7>();

/** Made once for each tool, also for all steps to come. */
function schemaOf(input: z.ZodObject): JSONSchema7 {
  const known = schemas.get(input);
  if (known) {
    return known;
  }
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input", target: "draft-7" });
  schemas.set(input, schema as JSONSchema7);
  return schema as JSONSchema7;
}

function completeSchema(outputs: readonly string[]): JSONSchema7 {
  const text = { type: "string" } as const;
  return {
    type: "object",
    properties: {
      outputs: {
        type: "object",
        properties: Object.fromEntries(outputs.map((key) => [key, text])),
        required: [...outputs],
        additionalProperties: text,
      },
      summary: { ...text, description: "What was done, for those who take the next steps" },
    },
    required: outputs.length > 0 ? ["outputs"] : [],
    additionalProperties: false,
  };
}
