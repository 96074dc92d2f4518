/** `write`: creates or replaces a file. */
import { z } from "zod";
import { writablePath, writeText } from "../files.ts";
import { defineTool } from "./tool.ts";

export const write = defineTool({
  description: "Create a file, or replace all of its content. Missing folders are made.",
  input: z.object({
    path: z.string().min(1).describe("Path relative to the workspace"),
    content: z.string().describe("The whole new content"),
  }),
  run: async ({ path, content }, context) => {
    const { isNew } = await writeText(await writablePath(path, context), path, content);
    const size = Buffer.byteLength(content);
    return {
      text: `${isNew ? "Created" : "Replaced"} ${path} (${size} bytes).`,
      changes: [{ path, action: isNew ? "create" : "modify", size }],
    };
  },
});
