/** `read`: text of a file, by lines. */
import { z } from "zod";
import { readablePath, readText } from "../files.ts";
import { defineTool } from "./tool.ts";

const defaultLines = 2000;
const maxLineChars = 4000;

export const read = defineTool({
  description: `Read a text file of the workspace. Returns up to ${defaultLines} lines from line \`offset\` (1 is the first).`,
  input: z.object({
    path: z.string().describe("Path relative to the workspace"),
    offset: z.number().int().min(1).optional().describe("First line, counted from 1"),
    limit: z.number().int().min(1).optional().describe("Number of lines"),
  }),
  run: async ({ path, offset = 1, limit = defaultLines }, context) => {
    const text = await readText(await readablePath(path, context), path);
    const lines = text.split("\n");
    if (offset > lines.length) {
      return { text: `${path} has only ${lines.length} lines.`, isError: true };
    }
    const room = context.maxResultChars - 500;
    const shown: string[] = [];
    let size = 0;
    for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
      const cut =
        line.length > maxLineChars ? `${line.slice(0, maxLineChars)} [… line has ${line.length} characters]` : line;
      if (size + cut.length + 1 > room) {
        break;
      }
      shown.push(cut);
      size += cut.length + 1;
    }
    const next = offset + shown.length;
    const rest = lines.length - next + 1;
    const more = rest > 0 ? `\n\n[${rest} more lines; continue with offset=${next}.]` : "";
    return { text: shown.join("\n") + more };
  },
});
