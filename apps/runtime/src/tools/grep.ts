/** `grep`: searches file contents with ripgrep, or grep where there is none. */
import { z } from "zod";
import { readablePath } from "../files.ts";
import { capture } from "../shell.ts";
import { defineTool, toolError } from "./tool.ts";

const maxMatches = 500;

export const grep = defineTool({
  description: "Search file contents by regular expression. Answers `path:line:text`.",
  input: z.object({
    pattern: z.string().min(1),
    path: z.string().optional().describe("File or folder, the workspace when left out"),
    glob: z.string().optional().describe("Only files whose name matches, e.g. *.ts"),
    ignoreCase: z.boolean().optional(),
  }),
  run: async ({ pattern, path = ".", glob, ignoreCase }, context) => {
    // The link's target was checked; the path is handed on as given so that results read like it.
    await readablePath(path, context);
    const common = { signal: context.signal, timeout: 60, max: 1_000_000 };
    const rg = [
      "--line-number",
      "--no-heading",
      "--with-filename",
      "--color=never",
      "--max-columns=500",
      "--sort=path",
      "--no-config",
    ];
    const rgArgs = [...rg, ...(ignoreCase ? ["-i"] : []), ...(glob ? ["--glob", glob] : []), "-e", pattern, "--", path];
    let result = await capture(context.shell, { file: "rg", args: rgArgs, ...common });
    if (result.cause === "missing") {
      const flags = ["-rnIE", "--exclude-dir=.git", "--exclude-dir=node_modules", ...(ignoreCase ? ["-i"] : [])];
      const args = [...flags, ...(glob ? [`--include=${glob}`] : []), "-e", pattern, "--", path];
      result = await capture(context.shell, { file: "grep", args, ...common });
    }
    if (result.cause !== "exit") {
      return toolError(`The search was stopped (${result.cause}).`);
    }
    if (result.code === 1) {
      return { text: "No matches." };
    }
    if (result.code !== 0 && result.text === "") {
      return toolError("The search failed.");
    }
    const lines = result.text.split("\n").filter(Boolean);
    const shown = lines.slice(0, maxMatches).map((line) => line.replace(/^\.\//, "").slice(0, 600));
    const isMore = result.cut || lines.length > maxMatches;
    const more = isMore ? `\n[more than ${shown.length} matches; narrow the search]` : "";
    return { text: shown.join("\n") + more, isError: result.code === 2 };
  },
});
