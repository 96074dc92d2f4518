/** For hosts with pages: who a browser's request comes from, and its verbs without HTTP in between. */
import { type Caller, type Deps, type Services, servicesFor } from "@djinnbot/core";
import { apiRequest, requestIdOf } from "./request.ts";

/** A signed-in reader of a page. */
export interface Viewer {
  userId: string;
  tenantId: string;
  services: Services;
}

/** The person behind the session cookie of a page's request; null when nobody is signed in. Headers of programs do not count. */
export async function findViewer(deps: Deps, headers: Headers): Promise<Viewer | null> {
  const url = new URL(deps.config.publicUrl);
  const cookie = headers.get("cookie");
  // A page is only read here, whatever the method of the request that renders it.
  const request = new Request(url, { headers: cookie === null ? {} : { cookie } });
  const known = { request, url, requestId: requestIdOf(headers), ip: null, onlyRuns: false, authorization: null };
  const caller: Caller = await apiRequest(deps, known).caller();
  if (caller.actor.kind !== "user" || caller.tenantId === null) {
    return null;
  }
  return { userId: caller.actor.userId, tenantId: caller.tenantId, services: servicesFor(caller) };
}
