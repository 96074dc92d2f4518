/** `complete` and `fail`: how an agent ends its step. */
import { z } from "zod";
import { defineTool, toolError } from "./tool.ts";

/** How often an agent may forget an output before the step fails. */
const maxIncomplete = 2;

/** An output is handed to later steps as text; more belongs into a file. */
const maxOutputChars = 100_000;

const asText = (value: unknown) => (typeof value === "string" ? value : value == null ? "" : JSON.stringify(value));

export const complete = defineTool({
  description: "End the step successfully. Call it once, when everything is done, with every declared output as text.",
  input: z.object({
    // Models sometimes send numbers or lists; they are written as JSON.
    outputs: z.record(z.string(), z.unknown()).default({}),
    summary: z.string().optional().describe("What was done, for those who take the next steps"),
  }),
  run: async ({ outputs, summary }, context) => {
    const texts = Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, asText(value)]));
    const missing = context.outputs.filter((key) => (texts[key] ?? "").trim() === "");
    const long = Object.keys(texts).filter((key) => (texts[key] ?? "").length > maxOutputChars);
    if (long.length > 0) {
      return toolError(
        `Longer than ${maxOutputChars} characters: ${long.join(", ")}. Write it to a file and name the file.`,
      );
    }
    if (missing.length === 0) {
      return {
        text: "The step is complete.",
        end: { kind: "complete", outputs: texts, summary: summary?.trim() || null },
      };
    }
    const message = `Missing or empty outputs: ${missing.join(", ")}.`;
    context.memory.incomplete += 1;
    return context.memory.incomplete > maxIncomplete
      ? {
          ...toolError(message),
          end: { kind: "outputMissing", message: `The agent did not deliver: ${missing.join(", ")}.` },
        }
      : toolError(`${message} Call complete again with all of: ${context.outputs.join(", ")}.`);
  },
});

export const fail = defineTool({
  description: "End the step as failed, when it cannot be done. Say why in one sentence.",
  input: z.object({ error: z.string().min(1), details: z.string().optional() }),
  run: async ({ error, details }) => ({
    text: "The step is ended as failed.",
    end: { kind: "fail", message: details ? `${error}\n${details}` : error },
  }),
});
