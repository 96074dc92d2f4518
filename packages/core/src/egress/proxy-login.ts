/** User and password with which a session's programs speak to the proxy that leads outside. */
import { createHmac } from "node:crypto";
import { SessionId, TenantId } from "@djinnbot/contracts";
import { sameSecret } from "../crypto/token.ts";

export interface ProxySession {
  tenantId: string;
  sessionId: string;
}

/** `user:password`; follows from the installation's secret, and is good for nothing but the proxy. */
export function proxyLogin(secret: string, session: ProxySession): string {
  return `${userOf(session)}:${passwordOf(secret, session)}`;
}

/** Whose login it is; null when it is nobody's. */
export function readProxyLogin(secret: string, login: { user: string; password: string }): ProxySession | null {
  const [tenantId, sessionId] = login.user.split(".");
  const session = { tenantId: tenantId ?? "", sessionId: sessionId ?? "" };
  const isNamed = TenantId.safeParse(tenantId).success && SessionId.safeParse(sessionId).success;
  return isNamed && sameSecret(login.password, passwordOf(secret, session)) ? session : null;
}

function userOf({ tenantId, sessionId }: ProxySession): string {
  return `${tenantId}.${sessionId}`;
}

function passwordOf(secret: string, session: ProxySession): string {
  return createHmac("sha256", secret)
    .update(`workload proxy ${userOf(session)}`)
    .digest("base64url");
}
