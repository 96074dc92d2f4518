import { findSession } from "@/server/session.ts";
import type { Viewer } from "./viewer.tsx";

/** Who is signed in, from the session of this request; null sends the reader to the sign-in page. */
export async function loadViewer(): Promise<Viewer | null> {
  const session = await findSession();
  if (session === null) {
    return null;
  }
  const { user, tenant } = session;
  const email = user.email ?? "";
  return { tenantName: tenant.name, name: user.displayName ?? (email || "You"), email, scopes: user.scopes };
}
