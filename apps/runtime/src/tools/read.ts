/** `read`: text of a file, by lines; an image as an image. */
import { z } from "zod";
import { asText, readablePath, readContent } from "../files.ts";
import { imageType, maxImageBytes } from "../image.ts";
import { defineTool, type ToolContext, type ToolResult, toolError } from "./tool.ts";

const defaultLines = 2000;
const maxLineChars = 4000;

export const read = defineTool({
  description: `Read a file of the workspace. Returns up to ${defaultLines} lines from line \`offset\` (1 is the first); an image (png, jpeg, gif, webp) is shown to you.`,
  input: z.object({
    path: z.string().describe("Path relative to the workspace"),
    offset: z.number().int().min(1).optional().describe("First line, counted from 1"),
    limit: z.number().int().min(1).optional().describe("Number of lines"),
  }),
  run: async ({ path, offset = 1, limit = defaultLines }, context) => {
    const content = await readContent(await readablePath(path, context), path);
    const mediaType = imageType(content);
    if (mediaType !== null) {
      return readImage({ content, mediaType, path }, context);
    }
    const lines = asText(content, path).split("\n");
    if (offset > lines.length) {
      return { text: `${path} has only ${lines.length} lines.`, isError: true };
    }
    const room = Math.max(500, context.maxResultChars - 500);
    // One line always fits, or reading on would never end.
    const maxLine = Math.min(maxLineChars, Math.floor(room / 2));
    const shown: string[] = [];
    let size = 0;
    for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
      const cut = line.length > maxLine ? `${line.slice(0, maxLine)} [… line has ${line.length} characters]` : line;
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

function readImage(
  { content, mediaType, path }: { content: Buffer; mediaType: string; path: string },
  { seesImages }: Pick<ToolContext, "seesImages">,
): ToolResult {
  const what = `${path} is an image (${mediaType}, ${content.length} bytes)`;
  if (!seesImages) {
    return toolError(`${what}, and this model does not take images. Find another way to what you need from it.`);
  }
  if (content.length > maxImageBytes) {
    return toolError(
      `${what}, larger than the ${maxImageBytes} bytes that can be shown. Make a smaller copy with bash first.`,
    );
  }
  const images = [{ mediaType, data: content.toString("base64"), name: path }];
  return { text: `${what}. It is shown below.`, images };
}
