/** What a person gets at sign-in: user, access token, refresh token. */
import { Fault, Role, type Tokens, type User } from "@djinnbot/contracts";
import { signToken } from "../crypto/signing.ts";
import type { CoreConfig } from "../ctx.ts";

/** Seconds. */
export const accessTokenLifetimeSec = 900;

export interface UserRow {
  id: string;
  tenantId: string;
  email: string;
  displayName: string | null;
  role: string;
  totpEnabled: boolean;
  slackId: string | null;
}

/** A row as the contract shows it, without the password. */
export function toUser(row: UserRow): User {
  const role = Role.parse(row.role);
  return {
    id: row.id,
    tenantId: row.tenantId,
    email: row.email,
    displayName: row.displayName,
    role,
    isAdmin: role !== "member",
    totpEnabled: row.totpEnabled,
    slackId: row.slackId,
  };
}

export async function toTokens(
  config: CoreConfig,
  options: { user: UserRow; sessionId: string; refreshToken: string | null; now: number },
): Promise<Tokens> {
  if (options.refreshToken === null) {
    throw new Fault("INTERNAL", "The sign-in has no refresh token.");
  }
  const { user } = options;
  const accessToken = await signToken(config.authSecretKey, {
    kind: "access",
    claims: { userId: user.id, tenantId: user.tenantId, sessionId: options.sessionId },
    lifetimeSec: accessTokenLifetimeSec,
    now: options.now,
  });
  return {
    accessToken,
    refreshToken: options.refreshToken,
    tokenType: "Bearer",
    expiresIn: accessTokenLifetimeSec,
    user: toUser(user),
  };
}
