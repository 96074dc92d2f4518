/** `find`: paths that match a glob; links are listed, never followed. */
import { readdir } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { z } from "zod";
import { readablePath } from "../files.ts";
import { defineTool } from "./tool.ts";

const maxResults = 1000;
/** Bounds the walk in a tree with huge generated folders. */
const maxVisited = 200_000;
const skipped = new Set([".git", "node_modules"]);

export const find = defineTool({
  description:
    "Find files by glob, e.g. `**/*.test.ts` or `src/*.js`. A pattern without `/` matches names at any depth. Skips .git and node_modules.",
  input: z.object({
    pattern: z.string().min(1),
    path: z.string().optional().describe("Folder to search, the workspace when left out"),
  }),
  run: async ({ pattern, path = "." }, context) => {
    const root = await readablePath(path, context);
    const wanted = pattern.includes("/") ? pattern.replace(/^\.?\//, "") : `**/${pattern}`;
    const found: string[] = [];
    const folders = [""];
    let visited = 0;
    while (folders.length > 0 && found.length <= maxResults && visited < maxVisited && !context.signal.aborted) {
      const folder = folders.shift() ?? "";
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        visited += 1;
        const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory() && !skipped.has(entry.name)) {
          folders.push(name);
        } else if (!entry.isDirectory() && matchesGlob(name, wanted)) {
          found.push(path === "." ? name : join(path, name));
        }
      }
    }
    const more = found.length > maxResults || visited >= maxVisited ? "\n[more results; narrow the pattern]" : "";
    return { text: found.length === 0 ? "No files found." : found.slice(0, maxResults).join("\n") + more };
  },
});
