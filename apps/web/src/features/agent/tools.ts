import type { BuiltinTool } from "@djinnbot/contracts";

/** What each built-in tool lets an agent do, in the words of a page. */
export const toolMeaning: Record<BuiltinTool, string> = {
  read: "Read files of the working copy",
  write: "Create and overwrite files",
  edit: "Change a place in a file",
  multiedit: "Change several places in a file at once",
  bash: "Run commands in its sandbox",
  grep: "Search in the contents of files",
  find: "Find files by name",
  ls: "List folders",
  complete: "Finish a step with its outputs",
  fail: "Give a step up with a reason",
  share_knowledge: "Tell colleagues what it learned",
  spawn_executor: "Give a task to an executor",
  swarm_execute: "Give tasks that depend on one another to several executors",
  try_approaches: "Have one task solved in different ways and compared",
};

/** Tools every agent has, because a step could not end without them. */
export const fixedTools: readonly BuiltinTool[] = ["complete", "fail"];

/** The stored list with `tool` put in or taken out; in the order of the built-in list, unknown names at the end. */
export function toggleTool(tools: readonly string[], tool: string, on: boolean): string[] {
  const chosen = new Set(tools);
  if (on) {
    chosen.add(tool);
  } else {
    chosen.delete(tool);
  }
  const known = Object.keys(toolMeaning).filter((name) => chosen.has(name));
  return [...known, ...[...chosen].filter((name) => !(name in toolMeaning))];
}
