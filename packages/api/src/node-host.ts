/** Serves a fetch handler from node:http: streaming bodies, back pressure, abort when the client goes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { RequestInfo } from "./handler.ts";

export type FetchHandler = (request: Request, info: RequestInfo) => Promise<Response>;
export interface NodeHost {
  server: Server;
  /** `http://address:port`. */
  url: string;
  /** Stops taking connections, ends those that are idle, and the rest after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** Not yet listening. */
export function httpServer(handler: FetchHandler): Server {
  const server = createServer((request, response) => void answer(handler, request, response));
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  return server;
}

/** Listens on `host:port` (0 = any free port, by default on loopback). */
export async function serve(handler: FetchHandler, options: { port?: number; host?: string } = {}): Promise<NodeHost> {
  const server = httpServer(handler);
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: (graceMs = 1000) => closeServer(server, graceMs),
  };
}

/** Stops taking connections, ends those that are idle, and the rest after `graceMs`. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** How long a client may go on sending a body that nobody reads any more. */
const drainMs = 2000;

/** Takes what is left of a body that was refused: a connection with unread bytes would never carry another request. */
function drain(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) {
    return;
  }
  incoming.removeAllListeners("data");
  incoming.resume();
  const timer = setTimeout(() => incoming.destroy(), drainMs);
  incoming.once("end", () => clearTimeout(timer));
  incoming.once("close", () => clearTimeout(timer));
}

async function answer(handler: FetchHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const abort = new AbortController();
  outgoing.once("close", () => abort.abort());
  try {
    const response = await handler(toRequest(incoming, abort.signal), {
      ip: incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? null,
    });
    await send(response, outgoing, incoming.method === "HEAD");
    drain(incoming);
  } catch {
    // The handler answers its own failures; what arrives here is an address that is no URL, or a body that broke off.
    if (outgoing.headersSent) {
      outgoing.destroy();
    } else {
      outgoing.writeHead(400, { connection: "close" }).end();
    }
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] as string, incoming.rawHeaders[at + 1] as string);
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`), {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
  });
}

async function send(response: Response, outgoing: ServerResponse, isHead: boolean): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  response.headers.forEach((value, name) => {
    headers[name] = value;
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) {
    headers["set-cookie"] = cookies;
  }
  outgoing.writeHead(response.status, headers);
  outgoing.flushHeaders();
  if (!response.body || isHead) {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || outgoing.destroyed) {
      break;
    }
    if (!outgoing.write(value)) {
      await new Promise<void>((resolve) => {
        outgoing.once("drain", resolve);
        outgoing.once("close", resolve);
      });
    }
  }
  outgoing.end();
}
