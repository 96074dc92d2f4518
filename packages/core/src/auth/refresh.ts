/** Exchanges a refresh token once; seeing it again means that somebody copied it, and ends the sign-in. */
import { type auth, Fault, type Tokens } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { hashToken, newToken } from "../crypto/token.ts";
import type { PublicVerbArgs } from "../ctx.ts";
import { forgetSignIn, markEnded, signInLifetimeMs, signInMaxLifetimeMs } from "./sign-in.ts";
import { asSystemFor } from "./system-tx.ts";
import { toTokens } from "./tokens.ts";

type Args = PublicVerbArgs<typeof auth.refresh>;
/** Used tokens that a sign-in remembers; a month of rotations every 15 minutes is below it. */
const rememberedTokens = 3000;

interface Rotated {
  sessionId: string;
  id: string;
  tenantId: string;
  email: string;
  displayName: string | null;
  role: string;
  totpEnabled: boolean;
  slackId: string | null;
}

/** Throws UNAUTHENTICATED with one sentence for every reason. */
export async function refresh({ ctx, input }: Args): Promise<Tokens> {
  const used = hashToken(input.refreshToken);
  const next = newToken("refresh");
  const now = ctx.now();
  // One statement: of two requests with the same token the second waits for the row, then no longer finds the token.
  const { rows } = await ctx.deps.system.pool.query<Rotated>(
    `UPDATE user_sessions s
        SET refresh_token_hash = $2, last_used_at = $3,
            used_token_hashes = (array_append(s.used_token_hashes, $1::text))[GREATEST(1, cardinality(s.used_token_hashes) + 2 - $6::int):],
            expires_at = LEAST($3 + $4::bigint, s.created_at + $5::bigint)
       FROM users u, tenants t
      WHERE s.refresh_token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $3
        AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.is_active
        AND t.id = s.tenant_id AND t.status = 'active'
      RETURNING s.id AS "sessionId", u.id, u.tenant_id AS "tenantId", u.email, u.display_name AS "displayName", u.role,
                u.totp_enabled AS "totpEnabled", u.slack_id AS "slackId"`,
    [used, next.hash, now, signInLifetimeMs, signInMaxLifetimeMs, rememberedTokens],
  );
  const row = rows[0];
  if (!row) {
    await endIfReplayed(ctx, used);
    throw new Fault("UNAUTHENTICATED", "The refresh token is not valid any more. Sign in again.");
  }
  const { sessionId, ...user } = row;
  return toTokens(ctx.deps.config, { user, sessionId, refreshToken: next.token, now });
}

async function endIfReplayed(ctx: Args["ctx"], used: string): Promise<void> {
  const { deps } = ctx;
  const { rows } = await deps.system.pool.query<{ id: string; tenant_id: string; user_id: string }>(
    "SELECT id, tenant_id, user_id FROM user_sessions WHERE used_token_hashes @> ARRAY[$1::text] AND revoked_at IS NULL",
    [used],
  );
  for (const session of rows) {
    const ended = await asSystemFor(deps, session.tenant_id, async (tx) => {
      const ids = await markEnded(tx, { userId: session.user_id, id: session.id, now: ctx.now() });
      if (ids.length > 0) {
        const entry = { action: "auth.refreshReplayed", entity: "userSession", entityId: session.id };
        await audit(tx, ctx, { ...entry, detail: { userId: session.user_id } });
      }
      return ids;
    });
    await forgetSignIn(deps, ended);
    ctx.log.warn(
      { tenant_id: session.tenant_id, sign_in: session.id },
      "a used refresh token came again: sign-in ended",
    );
  }
}
