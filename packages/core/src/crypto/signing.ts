/** Signed tokens: one Ed25519 key derived from AUTH_SECRET_KEY, one algorithm, one issuer, and a claim that says what for. */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";

const issuer = "djinnbot";
const audience = "djinnbot-api";
const algorithm = "EdDSA";
/** PKCS#8 frame of an Ed25519 private key; the 32-byte seed follows (RFC 8410). */
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/** `access` goes into an Authorization header, `browser` into the cookie; one is never accepted as the other. */
export type TokenKind = "access" | "browser";
export interface TokenClaims {
  userId: string;
  tenantId: string;
  /** The sign-in; ending it ends its tokens. */
  sessionId: string;
  /** Shown by the pages; never used for a decision. */
  email?: string;
  name?: string | null;
}
export interface VerifiedToken extends TokenClaims {
  /** Epoch milliseconds. */
  expiresAt: number;
}

interface SigningKey {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const derived = new Map<string, SigningKey>();

/** Deterministic: every replica with the same secret signs and accepts the same tokens. */
export function signingKey(secret: string): SigningKey {
  const known = derived.get(secret);
  if (known) {
    return known;
  }
  const seed = Buffer.from(hkdfSync("sha256", secret, "djinnbot", "token signing ed25519 v1", 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ format: "der", type: "spki" });
  const key = { id: createHash("sha256").update(spki).digest("base64url").slice(0, 16), privateKey, publicKey };
  derived.set(secret, key);
  return key;
}

/** A token that ends after `lifetimeSec` seconds. */
export async function signToken(
  secret: string,
  options: { kind: TokenKind; claims: TokenClaims; lifetimeSec: number; now?: number },
): Promise<string> {
  const key = signingKey(secret);
  const issuedAt = Math.floor((options.now ?? Date.now()) / 1000);
  const { claims } = options;
  return new SignJWT({
    typ: options.kind,
    tid: claims.tenantId,
    sid: claims.sessionId,
    ...(claims.email === undefined ? {} : { email: claims.email }),
    ...(claims.name === undefined ? {} : { name: claims.name }),
  })
    .setProtectedHeader({ alg: algorithm, kid: key.id, typ: "JWT" })
    .setSubject(claims.userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + options.lifetimeSec)
    .sign(key.privateKey);
}

/** The claims of a token of this kind; null for anything forged, expired, or made for another use. */
export async function verifyToken(secret: string, kind: TokenKind, token: string): Promise<VerifiedToken | null> {
  const key = signingKey(secret);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key.publicKey, {
      algorithms: [algorithm],
      issuer,
      audience,
      requiredClaims: ["sub", "exp", "iat"],
    });
    const { sub, tid, sid, typ, exp, email, name } = payload;
    if (protectedHeader.kid !== key.id || typ !== kind || typeof tid !== "string" || typeof sid !== "string") {
      return null;
    }
    return {
      userId: sub ?? "",
      tenantId: tid,
      sessionId: sid,
      expiresAt: (exp ?? 0) * 1000,
      ...(typeof email === "string" ? { email } : {}),
      ...(typeof name === "string" || name === null ? { name } : {}),
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) {
      return null;
    }
    throw error;
  }
}
