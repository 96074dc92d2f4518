/** An answer in the words of Anthropic's wire. */
interface Said {
  text?: string;
  thinking?: string;
  calls?: { name: string; args: unknown }[];
  finish?: string;
  inputTokens?: number;
}

/** The whole stream of events. */
export function anthropicAnswer(said: Said, turn: number): string {
  const blocks: { start: object; delta: object }[] = [
    ...(said.thinking === undefined
      ? []
      : [{ start: { type: "thinking", thinking: "" }, delta: { type: "thinking_delta", thinking: said.thinking } }]),
    ...(said.text === undefined
      ? []
      : [{ start: { type: "text", text: "" }, delta: { type: "text_delta", text: said.text } }]),
    ...(said.calls ?? []).map((call, index) => ({
      start: { type: "tool_use", id: `toolu_${turn}_${index}`, name: call.name, input: {} },
      delta: {
        type: "input_json_delta",
        partial_json: typeof call.args === "string" ? call.args : JSON.stringify(call.args),
      },
    })),
  ];
  const message = {
    ...{ id: `m${turn}`, type: "message", role: "assistant", model: "m", content: [], stop_reason: null },
    usage: { input_tokens: said.inputTokens ?? 1, output_tokens: 1 },
  };
  const finish = said.finish ?? (said.calls ? "tool_use" : "end_turn");
  const events = [
    { type: "message_start", message },
    ...blocks.flatMap(({ start, delta }, index) => [
      { type: "content_block_start", index, content_block: start },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason: finish }, usage: { output_tokens: 5 } },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}
