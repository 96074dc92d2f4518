/** The OpenAI chat-completions wire, as much of it as the demo model speaks. */
import { z } from "zod";

const ContentPart = z.looseObject({ type: z.string(), text: z.string().optional() });
const Content = z.union([z.string(), z.array(ContentPart)]).nullish();

const WireToolCall = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string().default("{}") }),
});

export const WireMessage = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: Content,
  tool_calls: z.array(WireToolCall).nullish(),
  tool_call_id: z.string().nullish(),
});
export type WireMessage = z.infer<typeof WireMessage>;

export const ChatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(WireMessage).min(1),
  tools: z.array(z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string() }) })).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}

/** A failure the server answers with, in OpenAI's error shape. */
export class WireError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly headers: Record<string, string>;

  constructor(options: {
    status: number;
    type: string;
    code?: string;
    message: string;
    headers?: Record<string, string>;
  }) {
    super(options.message);
    this.status = options.status;
    this.type = options.type;
    this.code = options.code ?? null;
    this.headers = options.headers ?? {};
  }

  /** `{error: {message, type, param, code}}` */
  body() {
    return { error: { message: this.message, type: this.type, param: null, code: this.code } };
  }
}

/** The text of a message, whatever form its content has. */
export function textOf(message: Pick<WireMessage, "content">): string {
  if (typeof message.content === "string") {
    return message.content;
  }
  return (message.content ?? []).map((part) => part.text ?? "").join("");
}
