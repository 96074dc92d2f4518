/** What every part of the edge knows about a request: its id, its address, its log, and who is calling, looked up at most once. */
import type { Log } from "@djinnbot/config";
import { Fault, newId } from "@djinnbot/contracts";
import { anonymousCaller, authenticate, type Caller, type Deps } from "@djinnbot/core";

export interface ApiRequest {
  request: Request;
  url: URL;
  requestId: string;
  ip: string | null;
  /** Says of every line which request it is about and, once that is known, whose. */
  readonly log: Log;
  /** The caller by its credentials. Throws UNAUTHENTICATED for bad ones; without any the caller is anonymous. */
  caller: () => Promise<Caller>;
  /** The same, looked up anew each time: rights may have ended since. */
  identify: () => Promise<Caller>;
  /** For public operations, where outdated credentials must not stop a sign-in: bad ones count as none. */
  publicCaller: () => Promise<Caller>;
}

/** The caller's id for this request when it is a harmless token, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && /^[A-Za-z0-9_-]{1,64}$/.test(given) ? given : newId("request");
}

/** Prepares a request; `authorization` is where this part of the API looks for it. */
export function apiRequest(
  deps: Deps,
  options: {
    request: Request;
    url: URL;
    requestId: string;
    ip: string | null;
    onlyRuns: boolean;
    authorization: string | null;
  },
): ApiRequest {
  const { request, url, ip, requestId, onlyRuns } = options;
  let log = deps.log.child({ request_id: requestId });
  const credentials = {
    authorization: options.authorization,
    sessionCookie: cookieOf(request.headers, sessionCookieName(deps.config.publicUrl)),
    tenantHeader: request.headers.get("x-tenant-id"),
    ip,
    userAgent: request.headers.get("user-agent")?.slice(0, 512) ?? null,
    requestId,
  };
  const identify = async () => {
    const caller = await authenticate(deps, credentials);
    if (onlyRuns && caller.actor.kind !== "run") {
      throw new Fault("UNAUTHENTICATED", "Workloads need their run key here.");
    }
    log = caller.log;
    refuseForeignSite(caller, request, deps.config.publicUrl);
    return caller;
  };
  let known: Promise<Caller> | undefined;
  const caller = () => {
    known ??= identify();
    return known;
  };
  const publicCaller = () =>
    caller().catch((error: unknown) => {
      const isRefused = error instanceof Fault && (error.code === "UNAUTHENTICATED" || error.code === "FORBIDDEN");
      if (isRefused && !onlyRuns) {
        return anonymousCaller(deps, credentials);
      }
      throw error;
    });
  return {
    ...{ request, url, requestId, ip, caller, identify, publicCaller },
    get log() {
      return log;
    },
  };
}

/** Name of the browser's session cookie; browsers accept the prefixed name over https only. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? "__Secure-djinnbot.session" : "djinnbot.session";
}

function cookieOf(headers: Headers, name: string): string | null {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) {
      return pair.slice(at + 1).trim() || null;
    }
  }
  return null;
}

/**
 * Browsers send cookies along with requests that other sites cause: a change by cookie must come from our own pages. Programs
 * send a bearer token and are not concerned. Throws FORBIDDEN.
 */
function refuseForeignSite(caller: Caller, request: Request, publicUrl: string): void {
  const { actor } = caller;
  if (actor.kind !== "user" || actor.via !== "cookie" || request.method === "GET" || request.method === "HEAD") {
    return;
  }
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const hosts = [new URL(publicUrl).host, request.headers.get("host")];
  const isOwn = site === null ? origin !== null && hosts.includes(hostOf(origin)) : site === "same-origin";
  if (!isOwn) {
    throw new Fault("FORBIDDEN", "This request comes from another site. Use an API key for programs.");
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
