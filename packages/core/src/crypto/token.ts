/** Opaque secrets: 256 random bits with a prefix that says what they are; stored only as SHA-256. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const tokenPrefix = { userKey: "djb_", runKey: "djb_run_", refresh: "djr_" } as const;
export type OpaqueKind = keyof typeof tokenPrefix;

/** `shown` is safe to display: enough to recognise the key, far too little to guess it. */
export function newToken(kind: OpaqueKind): { token: string; hash: string; shown: string } {
  const token = `${tokenPrefix[kind]}${randomBytes(32).toString("base64url")}`;
  return { token, hash: hashToken(token), shown: token.slice(0, tokenPrefix[kind].length + 6) };
}

/** 64 hex digits. The token has 256 random bits, so a plain hash cannot be searched. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Name of an account in limits, without its e-mail address. */
export function accountHash(secret: string, email: string): string {
  return createHmac("sha256", secret).update(email).digest("hex").slice(0, 32);
}

/** Compares without telling how much of it was right. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
