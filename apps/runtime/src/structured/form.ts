/** The two ways to ask for JSON: by the wire's own response format, and by a tool that must be called. */
import type { JSONSchema7, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { AgentStepCommand, StructuredOutput } from "@djinnbot/contracts";
import { plainSettings, thinkingSettings } from "../model/settings.ts";
import type { Turn } from "../model/turn.ts";
import type { Fitted, SchemaCheck } from "./fit.ts";

export type Form = "format" | "tool";

const defaultMaxOutputTokens = 32_768;
/** Where the list or text stands when the schema is no object: wires take objects only. */
const wrapKey = "result";

export interface Asking {
  toolName: string;
  options(form: Form): Partial<LanguageModelV4CallOptions>;
  /** The value in an answer, in whichever form it came. */
  read(turn: Turn, check: SchemaCheck): Fitted;
}

export function asking(wanted: StructuredOutput, model: AgentStepCommand["model"]): Asking {
  const name = wanted.name.replace(/[^\w-]/g, "_").slice(0, 50) || "output";
  const toolName = `submit_${name}`;
  const isWrapped = wanted.schema.type !== "object";
  const schema = (isWrapped ? wrap(wanted.schema) : wanted.schema) as JSONSchema7;
  const unwrap = (value: unknown) =>
    isWrapped && typeof value === "object" && value !== null && wrapKey in value
      ? (value as Record<string, unknown>)[wrapKey]
      : value;
  const strictJsonSchema = wanted.strict;
  const common = plainSettings({ ...model, maxOutputTokens: model.maxOutputTokens ?? defaultMaxOutputTokens });
  const { providerOptions, ...thinking } = thinkingSettings(model);
  return {
    toolName,
    options: (form) =>
      form === "format"
        ? {
            ...common,
            responseFormat: { type: "json", name, schema },
            ...thinking,
            providerOptions: {
              ...providerOptions,
              openai: { strictJsonSchema },
              openaiCompatible: { strictJsonSchema },
            },
          }
        : // Without thinking, because a provider that thinks first does not let itself be forced; and not strict, because strict schemas
          // are a dialect of their own and whoever refused the schema once would refuse it again. The answer is checked here anyway.
          {
            ...common,
            tools: [
              {
                type: "function",
                name: toolName,
                description: "Hand in the result of the step, whole and at once.",
                inputSchema: schema,
              },
            ],
            toolChoice: { type: "tool", toolName },
          },
    read: (turn, check) => {
      const call = turn.calls.find((candidate) => candidate.toolName === toolName) ?? turn.calls[0];
      const readable = { check: (value: unknown) => check.check(unwrap(value)) };
      if (!call) {
        const parsed = check.read(turn.text);
        return "value" in parsed || !isWrapped ? parsed : readWrapped(turn.text, readable, parsed);
      }
      try {
        return readable.check(JSON.parse(call.input));
      } catch {
        return { problem: `The arguments of ${call.toolName} are not valid JSON.` };
      }
    },
  };
}

function readWrapped(text: string, { check }: Pick<SchemaCheck, "check">, otherwise: Fitted): Fitted {
  try {
    return check(JSON.parse(text));
  } catch {
    return otherwise;
  }
}

/** References name the root, so what they point to moves there. */
function wrap(schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema, $defs, definitions, ...inner } = schema;
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: "object",
    properties: { [wrapKey]: inner },
    required: [wrapKey],
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}
