/** next-auth keeps the browser's cookie; who may sign in and what the cookie says is decided by the same code as for tokens. */
import { type Fault, newId } from "@djinnbot/contracts";
import type { NextAuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import { waitSentence } from "@/features/form/explain-fault.ts";
import { addressOf } from "./address.ts";
import { web } from "./deps.ts";

/** What next-auth carries between its callbacks; the cookie holds the same as our signed token. */
const Claims = z.object({
  userId: z.string(),
  tenantId: z.string(),
  sessionId: z.string(),
  email: z.string().optional(),
  name: z.string().nullish(),
});
const Typed = z.object({ email: z.string(), password: z.string() });

/** Options for one request: its address counts against the limits of sign-in. */
export function authOptions(headers: Headers): NextAuthOptions {
  const { env, identity } = web();
  const isHttps = env.PUBLIC_URL.startsWith("https:");
  return {
    secret: env.NEXTAUTH_SECRET,
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    session: { strategy: "jwt", maxAge: identity.browserTokenLifetimeSec },
    useSecureCookies: isHttps,
    cookies: {
      sessionToken: {
        name: identity.sessionCookieName(env.PUBLIC_URL),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps },
      },
    },
    providers: [
      Credentials({
        credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
        authorize: (typed) => authorize(typed, headers),
      }),
    ],
    jwt: {
      maxAge: identity.browserTokenLifetimeSec,
      encode: ({ token, maxAge }) => encode(token, maxAge),
      decode: ({ token }) => decode(token),
    },
    callbacks: {
      jwt: ({ token, user }) => ({ ...token, ...(user ? Claims.parse(user) : {}) }),
      session: ({ session, token }) => ({ ...session, user: { name: token.name ?? null, email: token.email ?? null } }),
    },
    events: { signOut: ({ token }) => endSession(token) },
    logger: {
      error: (code, details) => logProblem(code, details),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

/** Null for wrong credentials; a sentence for whatever else stands in the way (limits, a suspended tenant). */
async function authorize(typed: unknown, headers: Headers) {
  const { deps, env, identity } = web();
  const { email, password } = Typed.parse(typed);
  try {
    const { user, sessionId, tenantId } = await identity.signInBrowser(deps, {
      email,
      password,
      ip: addressOf(headers, env.TRUSTED_PROXIES),
      userAgent: headers.get("user-agent"),
      requestId: newId("request"),
    });
    return { id: user.id, userId: user.id, tenantId, sessionId, email: user.email, name: user.displayName };
  } catch (error) {
    if (identity.isFault(error) && error.code === "UNAUTHENTICATED") {
      return null;
    }
    throw identity.isFault(error) ? new Error(sentenceOf(error)) : unexpected(error);
  }
}

/** The reason, and for a limit when to come back: nothing but this sentence reaches the page. */
function sentenceOf({ code, message, retryAfterSec }: Fault): string {
  return code === "LIMIT" ? `Too many attempts. ${waitSentence(retryAfterSec ?? null)}` : message;
}

function unexpected(error: unknown): Error {
  web().deps.log.error({ err: error }, "a sign-in failed unexpectedly");
  return new Error("Something went wrong on our side. Try again.");
}

async function encode(token: JWT | undefined, maxAge: number | undefined): Promise<string> {
  const { deps, identity } = web();
  const claims = Claims.safeParse(token);
  return claims.success ? identity.signBrowserToken(deps.config, claims.data, maxAge) : "";
}

async function decode(token: string | undefined): Promise<JWT | null> {
  const { deps, identity } = web();
  const verified = token ? await identity.verifyBrowserToken(deps.config, token) : null;
  return verified ? { ...verified, sub: verified.userId } : null;
}

async function endSession(token: JWT | undefined): Promise<void> {
  const { deps, identity } = web();
  const claims = Claims.safeParse(token);
  if (claims.success) {
    await identity.revokeBrowserSession(deps, claims.data.sessionId);
  }
}

function logProblem(code: string, details: unknown): void {
  web().deps.log.warn({ code, err: details instanceof Error ? details.message : undefined }, "next-auth");
}
