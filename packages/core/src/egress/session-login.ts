/** User and password by which a session's workload is known at the door. */
import { createHmac } from "node:crypto";
import { SessionId, TenantId } from "@djinnbot/contracts";
import { sameSecret } from "../crypto/token.ts";

export interface DoorSession {
  tenantId: string;
  sessionId: string;
}
/** A login is good for one of them only. */
export type DoorUse = "proxy" | "redis";
export interface SessionLogin {
  user: string;
  password: string;
}

/** Follows from the installation's secret, so that any instance can check it. */
export function sessionLogin(secret: string, use: DoorUse, session: DoorSession): SessionLogin {
  const user = `${session.tenantId}.${session.sessionId}`;
  return { user, password: createHmac("sha256", secret).update(`workload ${use} ${user}`).digest("base64url") };
}

/** Password of the session's own user at Redis, who is known there without its tenant. */
export function redisUserPassword(secret: string, sessionId: string): string {
  return createHmac("sha256", secret).update(`workload redis user ${sessionId}`).digest("base64url");
}

/** Whose login it is; null when it is nobody's. */
export function readSessionLogin(secret: string, use: DoorUse, login: SessionLogin): DoorSession | null {
  const [tenantId = "", sessionId = ""] = login.user.split(".");
  const session = { tenantId, sessionId };
  const isNamed = TenantId.safeParse(tenantId).success && SessionId.safeParse(sessionId).success;
  const { user, password } = sessionLogin(secret, use, session);
  return isNamed && login.user === user && sameSecret(login.password, password) ? session : null;
}
