/** The demo model: a stateless HTTP server that speaks the OpenAI chat-completions wire and replays playbooks. */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCompletion } from "./completion.ts";
import { createFaults } from "./faults.ts";
import { isDemoModel, modelList } from "./models.ts";
import { createRequestLog, type LoggedRequest } from "./request-log.ts";
import { WireError } from "./wire.ts";

/** Slow enough for a person to see text appear, fast enough not to wait for it. */
const defaultChunkDelayMs = 12;

export interface DemoModel {
  /** Base URL for an OpenAI-compatible client, ending in `/v1`. */
  url: string;
  /** What was asked, oldest first, bounded. Also at `/__log` (beside `/v1`), to loopback callers only. */
  requests: readonly LoggedRequest[];
  /** Closes the server and every open stream. */
  stop(): Promise<void>;
}

const digest = (text: string) => createHash("sha256").update(text).digest();

function checkKey(req: IncomingMessage, key: string): void {
  const given = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), digest(key))) {
    return;
  }
  throw new WireError({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: given === undefined ? "You didn't provide an API key." : "Incorrect API key provided.",
  });
}

function sendJson(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendError(res: ServerResponse, error: unknown): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const known =
    error instanceof WireError
      ? error
      : new WireError({
          status: 500,
          type: "server_error",
          message: error instanceof Error ? error.message : "unknown",
        });
  res.writeHead(known.status, { "content-type": "application/json", ...known.headers });
  res.end(JSON.stringify(known.body()));
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}

interface Site {
  key: string;
  chunkDelayMs: number;
  log: ReturnType<typeof createRequestLog>;
  faultOf: ReturnType<typeof createFaults>;
}

async function route(site: Site, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname } = new URL(req.url ?? "/", "http://localhost");
  if (req.method === "GET" && pathname === "/__log" && isLoopback(req.socket.remoteAddress)) {
    return sendJson(res, { requests: site.log.entries });
  }
  if (req.method === "POST" && pathname === "/v1/chat/completions") {
    const entry = site.log.open();
    res.once("close", () => {
      entry.durationMs = Date.now() - entry.at;
      entry.status = res.writableFinished ? res.statusCode : 0;
    });
    checkKey(req, site.key);
    const { chunkDelayMs, faultOf } = site;
    return answerCompletion({ req, res, entry, chunkDelayMs, faultOf });
  }
  const model = /^\/v1\/models\/([^/]+)$/.exec(pathname)?.[1];
  if (req.method === "GET" && (pathname === "/v1/models" || (model && isDemoModel(model)))) {
    checkKey(req, site.key);
    return sendJson(res, model ? { id: model, object: "model", created: 0, owned_by: "demo" } : modelList());
  }
  const message = `Unknown request URL: ${req.method} ${pathname}.`;
  throw new WireError({ status: 404, type: "invalid_request_error", code: "unknown_url", message });
}

/**
 * Starts the server. `port` 0 takes any free one; `chunkDelayMs` is the pause between streamed chunks (12 if left out).
 * Rejects when the port cannot be had.
 */
export async function startDemoModel(options: {
  key: string;
  port?: number;
  host?: string;
  chunkDelayMs?: number;
}): Promise<DemoModel> {
  const log = createRequestLog();
  const chunkDelayMs = options.chunkDelayMs ?? defaultChunkDelayMs;
  const site: Site = { key: options.key, chunkDelayMs, log, faultOf: createFaults() };
  const server = createServer((req, res) => {
    route(site, req, res).catch((error: unknown) => sendError(res, error));
  });
  const host = options.host ?? "127.0.0.1";
  server.listen(options.port ?? 0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/v1`,
    requests: log.entries,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
