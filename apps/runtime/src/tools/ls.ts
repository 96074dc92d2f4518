/** `ls`: entries of a folder. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readablePath } from "../files.ts";
import { defineTool, toolError } from "./tool.ts";

const maxEntries = 1000;

export const ls = defineTool({
  description: "List a folder: folders end with /, links with @, files are followed by their size in bytes.",
  input: z.object({ path: z.string().optional().describe("Folder, the workspace when left out") }),
  run: async ({ path = "." }, context) => {
    const full = await readablePath(path, context);
    const entries = await readdir(full, { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => error.code ?? "error",
    );
    if (typeof entries === "string") {
      return toolError(
        entries === "ENOTDIR" ? `${path} is a file; use read.` : `${path} cannot be listed (${entries}).`,
      );
    }
    const shown = entries.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, maxEntries);
    const lines = await Promise.all(
      shown.map(async (entry) => {
        if (entry.isDirectory()) {
          return `${entry.name}/`;
        }
        if (entry.isSymbolicLink()) {
          return `${entry.name}@`;
        }
        const stats = await lstat(join(full, entry.name)).catch(() => null);
        return stats ? `${entry.name}  ${stats.size}` : entry.name;
      }),
    );
    const more = entries.length > maxEntries ? `\n[${entries.length - maxEntries} more entries]` : "";
    return { text: lines.length === 0 ? "(empty)" : lines.join("\n") + more };
  },
});
