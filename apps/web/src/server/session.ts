/** Who reads this page. */
import type { Viewer } from "@djinnbot/api";
import type { auth, OutputOf, tenants } from "@djinnbot/contracts";
import { headers } from "next/headers";
import { cache } from "react";
import { web } from "./deps.ts";

export interface Session extends Viewer {
  user: OutputOf<typeof auth.me>;
  tenant: OutputOf<typeof tenants.me>;
}

/** The session of this request, looked up once; null when nobody is signed in. */
export const findSession = cache(async (): Promise<Session | null> => {
  // First of all: it tells Next that the page depends on its request, and is not to be made at build time.
  const sent = new Headers(await headers());
  const { deps, identity } = web();
  const viewer = await identity.findViewer(deps, sent);
  if (!viewer) {
    return null;
  }
  const [user, tenant] = await Promise.all([viewer.services.auth.me({}), viewer.services.tenants.me({})]);
  return { ...viewer, user, tenant };
});
