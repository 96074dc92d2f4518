/** A step that was paused, kept in the agent's home: the process that goes on with it is another one. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Conversation, ConversationState } from "./context/conversation.ts";
import type { ToolContext } from "./tools/tool.ts";

interface Paused {
  turns: number;
  conversation: ConversationState;
  knowledge: ToolContext["memory"]["knowledge"];
  files: [string, "create" | "modify" | "delete"][];
}
type Memory = ToolContext["memory"];

const fileOf = (home: string, stepRef: string) => join(home, ".paused", `${stepRef}.json`);

export async function keepPaused(
  home: string,
  stepRef: string,
  { turns, conversation, memory }: { turns: number; conversation: Conversation; memory: Memory },
): Promise<void> {
  const file = fileOf(home, stepRef);
  const paused: Paused = {
    turns,
    conversation: conversation.state(),
    knowledge: memory.knowledge,
    files: [...memory.files],
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(paused));
  await rename(`${file}.new`, file);
}

/** Takes up what was kept, if anything was and it can be read; answers the turns it had used, or null. */
export async function takePaused(
  home: string,
  stepRef: string,
  { conversation, memory }: { conversation: Conversation; memory: Memory },
): Promise<number | null> {
  const file = fileOf(home, stepRef);
  try {
    const paused = JSON.parse(await readFile(file, "utf8")) as Paused;
    conversation.restore(paused.conversation);
    memory.knowledge.push(...paused.knowledge);
    for (const [path, action] of paused.files) {
      memory.files.set(path, action);
    }
    // The file lies where the agent can write: it cannot give itself turns.
    return Math.max(0, Math.floor(Number(paused.turns)) || 0);
  } catch {
    // Nothing was kept, or it is spoiled: the step begins anew.
    return null;
  } finally {
    await rm(file, { force: true });
  }
}
