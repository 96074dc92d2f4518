/** A model for tests: an HTTP server on the chat-completions or the Anthropic wire whose answers the test writes down, call by call. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { anthropicAnswer } from "./anthropic-wire.ts";

const Request = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
  tools: z
    .array(z.looseObject({ name: z.string().optional(), function: z.looseObject({ name: z.string() }).optional() }))
    .default([]),
});
export type ModelRequest = z.infer<typeof Request> & { headers: IncomingMessage["headers"]; url: string };

export type Answer =
  | {
      text?: string;
      thinking?: string;
      calls?: { name: string; args: unknown }[];
      finish?: string;
      inputTokens?: number;
    }
  | { status: number; body: unknown; headers?: Record<string, string> }
  /** Begins to answer and never ends. */
  | { hang: true }
  /** Begins to answer and cuts the line. */
  | { cut: true };
/** Every delegation gets this id. */
export const firstDelegation = "dlg_0000000000000001";

type Script = Answer | ((request: ModelRequest) => Answer);

export interface ScriptedModel {
  url: string;
  requests: ModelRequest[];
  /** What was delegated; the platform would start executors. */
  delegated: { url: string; headers: IncomingMessage["headers"]; body: unknown }[];
  /** Connections that the client gave up before the answer was complete. */
  givenUp: number;
  close(): Promise<void>;
}

/** The last script is repeated. `port` 0: any free one. */
export async function startScriptedModel(scripts: readonly Script[], port = 0): Promise<ScriptedModel> {
  const model: ScriptedModel = { url: "", requests: [], delegated: [], givenUp: 0, close: async () => undefined };
  const server = createServer(async (request, response) => {
    response.on("close", () => {
      model.givenUp += response.writableFinished ? 0 : 1;
    });
    // As the gateway marks every answer, whoever it comes from.
    response.setHeader("x-request-id", "req_scripted");
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const { url = "" } = request;
    if (url.startsWith("/v1/internal/")) {
      model.delegated.push({ url, headers: request.headers, body });
      const refused = JSON.stringify(body).includes("refuse me");
      response.writeHead(refused ? 400 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(refused ? { detail: "There is no active agent." } : { delegation_id: firstDelegation }),
      );
      return;
    }
    const parsed = Request.parse(body);
    const asked = { ...parsed, headers: request.headers, url };
    const script = scripts[Math.min(model.requests.length, scripts.length - 1)] ?? { text: "" };
    model.requests.push(asked);
    const given = typeof script === "function" ? script(asked) : script;
    const isAnthropic = asked.url.endsWith("/messages") && !("status" in given || "hang" in given || "cut" in given);
    if (isAnthropic) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(anthropicAnswer(given, model.requests.length));
      return;
    }
    answer(response, given, model.requests.length);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  model.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return model;
}

function answer(response: ServerResponse, given: Answer, turn: number): void {
  if ("status" in given) {
    response.writeHead(given.status, { "content-type": "application/json", ...given.headers });
    response.end(JSON.stringify(given.body));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: `c${turn}`, object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  send({ role: "assistant", content: "" });
  if ("hang" in given || "cut" in given) {
    send({ content: "I begin" });
    if ("cut" in given) {
      setTimeout(() => response.destroy(), 20);
    }
    return;
  }
  if (given.thinking) {
    send({ reasoning_content: given.thinking });
  }
  for (const word of given.text?.split(/(?<= )/) ?? []) {
    send({ content: word });
  }
  for (const [index, call] of (given.calls ?? []).entries()) {
    const text = typeof call.args === "string" ? call.args : JSON.stringify(call.args);
    const id = `call_${turn}_${index}`;
    send({ tool_calls: [{ index, id, type: "function", function: { name: call.name, arguments: text.slice(0, 5) } }] });
    send({ tool_calls: [{ index, function: { arguments: text.slice(5) } }] });
  }
  send({}, given.finish ?? (given.calls ? "tool_calls" : "stop"));
  if (given.inputTokens !== undefined) {
    const usage = { prompt_tokens: given.inputTokens, completion_tokens: 1, total_tokens: given.inputTokens + 1 };
    response.write(
      `data: ${JSON.stringify({ id: `c${turn}`, object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage })}\n\n`,
    );
  }
  response.end("data: [DONE]\n\n");
}
