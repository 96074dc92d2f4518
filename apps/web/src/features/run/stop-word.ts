const words: Record<string, string> = {
  tool_calls: "Called tools",
  tool_use: "Called tools",
  toolUse: "Called tools",
  stop: "Finished",
  end_turn: "Finished",
  length: "Cut off at the length limit",
  max_tokens: "Cut off at the length limit",
  content_filter: "Stopped by the provider's filter",
};

/** Why a model stopped, in words; a reason that is not known stands as the provider gave it. */
export function stopWord(reason: string | null): string {
  return reason === null ? "Finished" : (words[reason] ?? reason);
}
