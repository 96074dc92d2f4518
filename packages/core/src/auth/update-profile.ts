/** Changes one's own display name or password; a new password ends all other sign-ins. */
import { type auth, Fault, notFound, type User } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { hashPassword, verifyPassword } from "../crypto/password.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { countSignIn } from "../limits/auth-limit.ts";
import { forgetSignIn, markEnded } from "./sign-in.ts";
import { toUser } from "./tokens.ts";

type Args = VerbArgs<typeof auth.updateProfile>;

/** Throws FORBIDDEN for keys and for a wrong current password, LIMIT after many wrong ones. */
export async function updateProfile({ ctx, input }: Args): Promise<User> {
  guard(ctx, "self:read");
  if (ctx.actor.kind !== "user") {
    throw new Fault("FORBIDDEN", "Only a signed-in person can change a profile.");
  }
  const { userId, sessionId } = ctx.actor;
  const passwordHash = input.newPassword === undefined ? undefined : await newPasswordHash(ctx, userId, input);
  const now = ctx.now();
  const { user, ended } = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const row = await tx.user.update({
      where: { id: userId },
      data: { displayName: input.displayName, passwordHash, updatedAt: now },
    });
    const ids = passwordHash === undefined ? [] : await markEnded(tx, { userId, not: { id: sessionId }, now });
    const changed = Object.entries({ displayName: input.displayName, password: passwordHash });
    const fields = changed.filter(([, value]) => value !== undefined).map(([name]) => name);
    await audit(tx, ctx, { action: "user.update", entity: "user", entityId: userId, detail: { fields } });
    return { user: row, ended: ids };
  });
  await forgetSignIn(ctx.deps, ended);
  return toUser(user);
}

async function newPasswordHash(ctx: Ctx, userId: string, input: Args["input"]): Promise<string> {
  const row = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    tx.user.findUnique({ where: { id: userId }, select: { email: true, passwordHash: true } }),
  );
  if (!row) {
    throw notFound("User");
  }
  await countSignIn(ctx, row.email);
  if (!(await verifyPassword(row.passwordHash, input.currentPassword ?? ""))) {
    throw new Fault("FORBIDDEN", "The current password is wrong.");
  }
  return hashPassword(input.newPassword ?? "");
}
