/** Signing in with e-mail and password, for the API (tokens) and for the browser (cookie). */
import { type auth, Email, Fault, type Tokens, type User } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { verifyPassword } from "../crypto/password.ts";
import type { Deps, PublicCtx, PublicVerbArgs } from "../ctx.ts";
import { countSignIn, noteSignIn } from "../limits/auth-limit.ts";
import { createSignIn, type NewSignIn, type SignIn, signInLifetimeMs } from "./sign-in.ts";
import { asSystemFor } from "./system-tx.ts";
import { toTokens, toUser, type UserRow } from "./tokens.ts";

type Attempt = Pick<PublicCtx, "deps" | "ip" | "userAgent" | "requestId" | "now">;

/** Throws UNAUTHENTICATED (the same for a wrong password and an unknown account), FORBIDDEN when switched off, LIMIT. */
export async function login({ ctx, input }: PublicVerbArgs<typeof auth.login>): Promise<Tokens> {
  const { user, signIn } = await signInWith(ctx, { ...input, kind: "token" });
  return toTokens(ctx.deps.config, { user, ...signIn, now: ctx.now() });
}

/** A browser sign-in for the cookie. Throws as {@link login}; VALIDATION-like input counts as wrong credentials. */
export async function signInBrowser(
  deps: Deps,
  input: { email: string; password: string; ip: string | null; userAgent: string | null; requestId: string },
): Promise<{ user: User; sessionId: string; tenantId: string; expiresAt: number }> {
  const email = Email.safeParse(input.email);
  if (!email.success || input.password.length > 256) {
    throw wrongCredentials();
  }
  const ctx = { deps, ip: input.ip, userAgent: input.userAgent, requestId: input.requestId, now: Date.now };
  const { user, signIn } = await signInWith(ctx, { email: email.data, password: input.password, kind: "browser" });
  return {
    user: toUser(user),
    sessionId: signIn.sessionId,
    tenantId: user.tenantId,
    expiresAt: Date.now() + signInLifetimeMs,
  };
}

async function signInWith(
  ctx: Attempt,
  input: { email: string; password: string; kind: SignIn["kind"] },
): Promise<{ user: UserRow; signIn: NewSignIn }> {
  await countSignIn(ctx, input.email);
  const user = await ctx.deps.system.prisma.user.findUnique({
    where: { email: input.email },
    include: { tenant: { select: { status: true } } },
  });
  const right = await verifyPassword(user?.passwordHash, input.password);
  if (!user || !right) {
    throw wrongCredentials();
  }
  // Only who knows the password learns that the account is switched off.
  if (!user.isActive || user.tenant.status !== "active") {
    throw new Fault("FORBIDDEN", "This account is switched off. Ask your administrator.");
  }
  await noteSignIn(ctx, input.email);
  const signIn = await asSystemFor(ctx.deps, user.tenantId, async (tx) => {
    const made = await createSignIn(tx, ctx, { userId: user.id, kind: input.kind });
    const via = input.kind === "browser" ? "cookie" : "token";
    const actor = { kind: "user", userId: user.id, sessionId: made.sessionId, via } as const;
    await audit(tx, { ...ctx, actor }, { action: "auth.login", entity: "user", entityId: user.id });
    return made;
  });
  return { user, signIn };
}

function wrongCredentials(): Fault {
  return new Fault("UNAUTHENTICATED", "E-mail address or password is wrong.");
}
