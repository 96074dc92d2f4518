/** `edit` and `multiedit`: replace texts in one file, all or nothing. */
import { z } from "zod";
import { readText, writablePath, writeText } from "../files.ts";
import { replaceOnce } from "./replace.ts";
import { defineTool, type ToolContext, type ToolResult, toolError } from "./tool.ts";

const Edit = z.object({
  oldText: z.string().describe("Text to replace; must occur once in the file"),
  newText: z.string().describe("Text to put in its place"),
});
const path = z.string().min(1).describe("Path relative to the workspace");

async function applyEdits(
  input: { path: string; edits: readonly z.infer<typeof Edit>[] },
  context: ToolContext,
): Promise<ToolResult> {
  const full = await writablePath(input.path, context);
  let text = await readText(full, input.path);
  const tolerant: number[] = [];
  for (const [index, { oldText, newText }] of input.edits.entries()) {
    const result = replaceOnce(text, oldText, newText);
    if ("problem" in result) {
      const which = input.edits.length > 1 ? ` (edit ${index + 1} of ${input.edits.length}; nothing was changed)` : "";
      return toolError(`${input.path}: ${result.problem}${which}`);
    }
    if (result.tolerant) {
      tolerant.push(index + 1);
    }
    text = result.text;
  }
  await writeText(full, input.path, text);
  const note = tolerant.length > 0 ? " The text matched only with differences in white space; check the result." : "";
  const count = input.edits.length === 1 ? "" : ` ${input.edits.length} edits.`;
  return {
    text: `Changed ${input.path}.${count}${note}`,
    changes: [{ path: input.path, action: "modify", size: Buffer.byteLength(text) }],
  };
}

export const edit = defineTool({
  description:
    "Replace one text in a file. oldText must be copied exactly and occur once; add surrounding lines if it does not.",
  input: z.object({ path, ...Edit.shape }),
  run: (input, context) => applyEdits({ path: input.path, edits: [input] }, context),
});

export const multiedit = defineTool({
  description: "Replace several texts in one file, in order, all or none.",
  input: z.object({ path, edits: z.array(Edit).min(1).max(100) }),
  run: applyEdits,
});
