/** Sign-up: a tenant and its owner in one transaction (specification 2.2.1). */
import { type auth, Fault, newId, slugify, type Tokens } from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { hashPassword } from "../crypto/password.ts";
import type { PublicVerbArgs } from "../ctx.ts";
import { countRegistration, noteSignIn } from "../limits/auth-limit.ts";
import { createSignIn } from "./sign-in.ts";
import { asSystemFor } from "./system-tx.ts";
import { toTokens, type UserRow } from "./tokens.ts";

type Args = PublicVerbArgs<typeof auth.register>;

/** Any number nobody else uses: `setup` waits for registrations under way, and they for it. */
const firstAccountLock = 7_203_441_883;

/** Throws CONFLICT for a taken e-mail address, LIMIT. */
export async function register({ ctx, input }: Args): Promise<Tokens> {
  await countRegistration(ctx);
  return createAccount({ ctx, input }, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${firstAccountLock}::bigint)`;
  });
}

/** The very first account. Throws CONFLICT once any user exists, also when two try at the same moment. */
export async function setup({ ctx, input }: Args): Promise<Tokens> {
  await countRegistration(ctx);
  return createAccount({ ctx, input }, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${firstAccountLock}::bigint)`;
    if ((await tx.user.findFirst({ select: { id: true } })) !== null) {
      throw new Fault("CONFLICT", "This installation already has an account. Sign in instead.");
    }
  });
}

async function createAccount({ ctx, input }: Args, before: (tx: Tx) => Promise<void>): Promise<Tokens> {
  const passwordHash = await hashPassword(input.password);
  const now = ctx.now();
  const tenantId = newId("tenant");
  const owner: UserRow = {
    id: newId("user"),
    tenantId,
    email: input.email,
    displayName: input.displayName ?? null,
    role: "owner",
    totpEnabled: false,
    slackId: null,
  };
  const tenantName = input.tenantName ?? input.displayName ?? (input.email.split("@")[0] || "Team");
  const signIn = await asSystemFor(ctx.deps, tenantId, async (tx) => {
    await before(tx);
    await insertTenant(tx, { id: tenantId, name: tenantName, now });
    const { count } = await tx.user.createMany({
      data: [{ ...owner, passwordHash, createdAt: now, updatedAt: now }],
      skipDuplicates: true,
    });
    if (count === 0) {
      throw new Fault("CONFLICT", "This e-mail address cannot be used. If it is yours, sign in.");
    }
    await tx.tenant.update({ where: { id: tenantId }, data: { ownerUserId: owner.id } });
    const made = await createSignIn(tx, ctx, { userId: owner.id, kind: "token" });
    const actor = { kind: "user", userId: owner.id, sessionId: made.sessionId, via: "token" } as const;
    await audit(tx, { ...ctx, actor }, { action: "tenant.create", entity: "tenant", entityId: tenantId });
    await audit(tx, { ...ctx, actor }, { action: "user.register", entity: "user", entityId: owner.id });
    return made;
  });
  await noteSignIn(ctx, input.email);
  return toTokens(ctx.deps.config, { user: owner, ...signIn, now });
}

/** The slug comes from the name; when it is taken a random ending makes it another one. */
async function insertTenant(tx: Tx, tenant: { id: string; name: string; now: number }): Promise<void> {
  const base = slugify(tenant.name, "team");
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const slug = attempt === 0 ? base : `${base.slice(0, 56).replace(/-+$/, "")}-${newId("request").slice(-6)}`;
    const { count } = await tx.tenant.createMany({
      data: [{ id: tenant.id, name: tenant.name, slug, createdAt: tenant.now, updatedAt: tenant.now }],
      skipDuplicates: true,
    });
    if (count === 1) {
      return;
    }
  }
  throw new Fault("UNAVAILABLE", "No free name was found for the account. Try again.");
}
