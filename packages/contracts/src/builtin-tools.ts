/** The built-in tools of agents by name; imports nothing, so that who needs a name does not load every contract. */

/** Names of the built-in tools (reference 3.5). */
export const builtinTools = [
  "read",
  "write",
  "edit",
  "multiedit",
  "bash",
  "grep",
  "find",
  "ls",
  "complete",
  "fail",
  "share_knowledge",
  "spawn_executor",
  "swarm_execute",
  "try_approaches",
] as const;
export type BuiltinTool = (typeof builtinTools)[number];
/** Tools that give work to executors, who do not have them themselves. */
export const delegationTools = [
  "spawn_executor",
  "swarm_execute",
  "try_approaches",
] as const satisfies readonly BuiltinTool[];
/** What an agent has whose tools nobody has listed. */
export const standardTools: readonly BuiltinTool[] = builtinTools.filter(
  (name) => !delegationTools.some((tool) => tool === name),
);
