/** `bash`: a command in the workspace, its process group ended on timeout and abort. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { boundSpills } from "../spill.ts";
import { gatherOutput } from "./output.ts";
import { defineTool } from "./tool.ts";

const defaultTimeout = 300;
const maxTimeout = 3600;
const shellPath = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";

export const bash = defineTool({
  description:
    "Run a shell command in the workspace. Output and errors come back together. For a process in the background, send its " +
    "output to a file (`cmd > log 2>&1 &`); it ends with the step.",
  input: z.object({
    command: z.string().min(1),
    timeout: z.number().min(1).max(maxTimeout).optional().describe(`Seconds, ${defaultTimeout} when left out`),
  }),
  run: async ({ command, timeout = defaultTimeout }, context) => {
    const output = gatherOutput({ home: context.home, name: context.callId, max: context.maxResultChars });
    const end = await context.shell.run({
      // One pipe for both streams keeps their order.
      file: "/bin/sh",
      args: ["-c", 'exec "$0" -c "$1" 2>&1', shellPath, command],
      signal: context.signal,
      timeout,
      onOutput: output.add,
    });
    const text = output.finish();
    await boundSpills(context.home);
    const notes = {
      exit: end.code === 0 ? "" : `[exit code ${end.code ?? "unknown: ended by a signal"}]`,
      timeout: `[stopped after ${timeout} s]`,
      aborted: "[stopped: the step is being ended]",
      missing: "[the shell could not be started]",
    };
    const parts = [text.replace(/\n$/, ""), notes[end.cause]].filter(Boolean);
    return {
      text: parts.join("\n") || "(no output)",
      isError: end.cause !== "exit" || end.code !== 0,
      mayChangeFiles: true,
    };
  },
});
