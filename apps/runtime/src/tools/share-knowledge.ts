/** `share_knowledge`: a finding that later steps of the run should know; it travels with the step's summary. */
import { z } from "zod";
import { defineTool, toolError } from "./tool.ts";

/** What a summary can carry. */
const maxFindings = 20;

export const shareKnowledge = defineTool({
  description: "Share a finding with the later steps of this run: a pattern, a decision, an issue or a convention.",
  input: z.object({
    category: z.enum(["pattern", "decision", "issue", "convention"]),
    content: z.string().min(1).max(4000),
    importance: z.enum(["low", "medium", "high", "critical"]).default("medium"),
  }),
  run: async (finding, context) => {
    if (context.memory.knowledge.length >= maxFindings) {
      return toolError(`Only ${maxFindings} findings can be shared in one step; put the rest into the summary.`);
    }
    context.memory.knowledge.push(finding);
    return { text: "Shared: the later steps of this run will be told." };
  },
});
