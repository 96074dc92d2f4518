/** HTTP to addresses that tenants name: resolved once, checked, pinned; no redirects, no proxies, bounded waiting, streaming. */
import { type LookupAddress, lookup as resolveName } from "node:dns";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { isPublicAddress, literalAddress } from "./address.ts";

export type NetProblem = "refused-address" | "dns" | "connect" | "timeout" | "tls" | "bad-url" | "aborted";

/** Why there was no answer; `message` is a sentence for people and names the host only. */
export class NetError extends Error {
  readonly problem: NetProblem;
  constructor(problem: NetProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "NetError";
    this.problem = problem;
  }
}

export interface SafeRequest {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: Buffer;
  signal?: AbortSignal;
  /** Until the answer's headers; a model may think for minutes before it says anything. */
  headersTimeoutMs: number;
  /** Longest silence inside the answer. */
  idleTimeoutMs: number;
  /** Private, loopback and link-local addresses too. */
  allowPrivate: boolean;
}
export interface SafeResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: IncomingMessage;
}

const connectTimeoutMs = 10_000;
const agentOptions = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 256, maxFreeSockets: 32, timeout: 60_000 };
/** Kept apart, so that a connection checked by the loose rule is never reused under the strict one. */
const agents = {
  strict: { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) },
  loose: { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) },
};

/** Throws {@link NetError}. A redirect is an answer like any other: nothing is followed. */
export async function safeRequest(options: SafeRequest): Promise<SafeResponse> {
  const url = checkUrl(options.url, options.allowPrivate);
  try {
    return await send(url, options);
  } catch (error) {
    // A kept connection that the server closed in the meantime: it took nothing of this request.
    if (error instanceof StaleConnection) {
      return await send(url, options);
    }
    throw error;
  }
}

/** The URL, if it may be fetched as far as can be told without resolving its name. Throws {@link NetError}. */
export function checkUrl(text: string, allowPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "" || url.password !== "") {
    throw new NetError("bad-url", "The address must be http(s)://host/… without a user name.");
  }
  const literal = literalAddress(url);
  if (literal !== null && !allowPrivate && !isPublicAddress(literal)) {
    throw refused(url.hostname);
  }
  return url;
}

class StaleConnection extends Error {}

function send(url: URL, options: SafeRequest): Promise<SafeResponse> {
  const secure = url.protocol === "https:";
  const pool = options.allowPrivate ? agents.loose : agents.strict;
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: options.method ?? "GET",
      agent: secure ? pool.https : pool.http,
      headers: {
        ...options.headers,
        ...(options.body === undefined ? {} : { "content-length": String(options.body.length) }),
      },
      lookup: pinnedLookup(options.allowPrivate),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const late = setTimeout(
      () => request.destroy(new NetError("timeout", `${url.hostname} did not answer in time.`)),
      options.headersTimeoutMs,
    );
    watchConnecting(request, url);
    request.once("response", (body) => {
      clearTimeout(late);
      body.setTimeout(options.idleTimeoutMs, () =>
        body.destroy(new NetError("timeout", `${url.hostname} stopped in the middle of its answer.`)),
      );
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
    });
    request.once("error", (error) => {
      clearTimeout(late);
      const reset = (error as NodeJS.ErrnoException).code === "ECONNRESET";
      reject(request.reusedSocket && reset ? new StaleConnection() : toNetError(error, url));
    });
    request.end(options.body);
  });
}

function watchConnecting(request: http.ClientRequest, url: URL): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) {
      return;
    }
    const timer = setTimeout(
      () => request.destroy(new NetError("connect", `${url.hostname} could not be reached.`)),
      connectTimeoutMs,
    );
    const stop = () => clearTimeout(timer);
    socket.once("connect", stop);
    socket.once("close", stop);
  });
}

/** Resolves once, and connects only to what was checked: a name that changes its mind in between gains nothing. */
function pinnedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { all: true, family: options.family, hints: options.hints }, (error, found) => {
      if (error) {
        done(error, []);
        return;
      }
      const addresses: LookupAddress[] = found;
      const first = addresses[0];
      if (!first || (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))) {
        done(refused(hostname), []);
        return;
      }
      if (options.all) {
        done(null, addresses);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}

function refused(hostname: string): NetError {
  return new NetError(
    "refused-address",
    `${hostname} is a private address. This installation only reaches public ones; its operator can allow others.`,
  );
}

function toNetError(error: Error, url: URL): NetError {
  if (error instanceof NetError) {
    return error;
  }
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (error.name === "AbortError") {
    return new NetError("aborted", "The request was given up.", error);
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ENODATA") {
    return new NetError("dns", `The name ${url.hostname} could not be resolved. Check the address.`, error);
  }
  if (code.startsWith("ERR_TLS") || code.startsWith("CERT_") || code.includes("SELF_SIGNED") || code === "EPROTO") {
    return new NetError("tls", `${url.hostname} has no valid TLS certificate, or does not speak TLS.`, error);
  }
  return new NetError("connect", `${url.hostname} could not be reached (${code || "connection failed"}).`, error);
}

/** A whole small answer as text; throws {@link NetError} when it is larger than `maxBytes` or stops. */
export async function readText(response: SafeResponse, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        response.body.destroy();
        throw new NetError("connect", "The answer is too large.");
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof NetError ? error : new NetError("connect", "The answer broke off.", error);
  }
  return Buffer.concat(chunks).toString("utf8");
}
