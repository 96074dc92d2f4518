/** Ends the caller's sign-in, and the one whose refresh token is sent along. */
import { type auth, newId, type OutputOf } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { hashToken } from "../crypto/token.ts";
import type { Deps, VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";
import { forgetSignIn, markEnded } from "./sign-in.ts";

/** Marks the sign-ins as ended and forgets them in the cache. Harmless when they have ended, or when no user calls. */
export async function logout({ ctx, input }: VerbArgs<typeof auth.logout>): Promise<OutputOf<typeof auth.logout>> {
  guard(ctx, "self:read");
  const userId = userIdOf(ctx.actor);
  if (userId === null) {
    return { status: "ok" };
  }
  const ended = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const now = ctx.now();
    const ids = ctx.actor.kind === "user" ? await markEnded(tx, { userId, id: ctx.actor.sessionId, now }) : [];
    if (input.refreshToken !== undefined) {
      ids.push(...(await markEnded(tx, { userId, refreshTokenHash: hashToken(input.refreshToken), now })));
    }
    if (ids.length > 0) {
      await audit(tx, ctx, { action: "auth.logout", entity: "user", entityId: userId });
    }
    return ids;
  });
  await forgetSignIn(ctx.deps, ended);
  return { status: "ok" };
}

/** Ends a browser sign-in by its id, from the cookie of the person who signs out. Harmless when it has ended already. */
export async function revokeBrowserSession(deps: Deps, sessionId: string): Promise<void> {
  const row = await deps.system.prisma.userSession.findUnique({
    where: { id: sessionId, kind: "browser", revokedAt: null },
    select: { tenantId: true, userId: true },
  });
  if (!row) {
    return;
  }
  const { tenantId, userId } = row;
  const actor = { kind: "user", userId, sessionId, via: "cookie" } as const;
  const ctx = { actor, requestId: newId("request"), ip: null, now: Date.now };
  const ended = await withTenant(deps.db, tenantId, async (tx) => {
    await audit(tx, ctx, { action: "auth.logout", entity: "user", entityId: userId });
    return markEnded(tx, { userId, id: sessionId, now: Date.now() });
  });
  await forgetSignIn(deps, ended);
}
