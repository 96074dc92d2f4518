/** Answers `POST /v1/chat/completions`. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { createFaults, StreamFault } from "./faults.ts";
import { jsonTurn } from "./json-answer.ts";
import { isDemoModel } from "./models.ts";
import { choosePlaybook, playTurn } from "./playbook.ts";
import { playbooks } from "./playbooks/index.ts";
import { makeReply, type Reply, streamEvents, wholeBody } from "./reply.ts";
import type { LoggedRequest } from "./request-log.ts";
import { readScene } from "./scene.ts";
import { ChatRequest, WireError } from "./wire.ts";

/** A little more than the gateway lets through. */
const maxBodyBytes = 12 * 1024 * 1024;
/** Enough to have started speaking, before the stream stops or is cut. */
const faultyChunks = 4;

export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  entry: LoggedRequest;
  chunkDelayMs: number;
  faultOf: ReturnType<typeof createFaults>;
}

async function readBody(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) {
      throw new WireError({ status: 413, type: "invalid_request_error", message: `Body over ${maxBodyBytes} bytes.` });
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseRequest(body: string): ChatRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new WireError({ status: 400, type: "invalid_request_error", message: "The body is not valid JSON." });
  }
  const parsed = ChatRequest.safeParse(json);
  if (!parsed.success) {
    throw new WireError({ status: 400, type: "invalid_request_error", message: z.prettifyError(parsed.error) });
  }
  return parsed.data;
}

function noteScene(entry: LoggedRequest, request: ChatRequest) {
  const scene = readScene(request);
  const { model, pipeline, step, attempt, turn } = scene;
  const prompt = createHash("sha256").update(scene.prompt).digest("hex").slice(0, 16);
  Object.assign(entry, { model, prompt, pipeline, step, attempt, turn, stream: request.stream === true });
  return scene;
}

async function sendStream(exchange: Exchange, reply: Reply, options: { includeUsage: boolean; fault?: StreamFault }) {
  const { res } = exchange;
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const delayMs = reply.turn.chunkDelayMs ?? exchange.chunkDelayMs;
  let sent = 0;
  for await (const event of streamEvents(reply, { ...options, delayMs, signal: gone.signal })) {
    if (options.fault && sent === faultyChunks) {
      return options.fault === "cut" ? void res.destroy() : undefined;
    }
    sent += 1;
    if (!res.write(event)) {
      await once(res, "drain", { signal: gone.signal }).catch(() => undefined);
    }
  }
  if (!gone.signal.aborted) {
    res.end();
  }
}

/** Reads the request, plays the turn that is due and sends it; throws WireError for whatever is refused. */
export async function answerCompletion(exchange: Exchange): Promise<void> {
  const { req, res, entry } = exchange;
  const body = await readBody(req);
  const request = parseRequest(body);
  const scene = noteScene(entry, request);
  if (!isDemoModel(scene.model)) {
    throw new WireError({
      status: 404,
      type: "invalid_request_error",
      code: "model_not_found",
      message: `The model \`${request.model}\` does not exist.`,
    });
  }
  const fault = exchange.faultOf(scene.model, body);
  const playbook = choosePlaybook(playbooks, scene);
  if (!playbook) {
    throw new WireError({ status: 500, type: "server_error", message: "No playbook matches." });
  }
  entry.playbook = playbook.id;
  const turn = playTurn(playbook, scene);
  const reply = makeReply(request, jsonTurn(request, { model: scene.model, turn }) ?? turn);
  if (fault === "hang") {
    return;
  }
  if (request.stream) {
    const includeUsage = request.stream_options?.include_usage === true;
    await sendStream(exchange, reply, { includeUsage, ...(fault && { fault }) });
    return;
  }
  if (fault) {
    return fault === "cut" ? void res.destroy() : undefined;
  }
  res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(wholeBody(reply)));
}
