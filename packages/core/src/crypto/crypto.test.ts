import { randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";
import { parseKeys, secretBox } from "./secret-box.ts";
import { signingKey, signToken, verifyToken } from "./signing.ts";
import { hashToken, newToken, sameSecret } from "./token.ts";

const secret = () => randomBytes(32).toString("base64");
const claims = { userId: "usr_abcdef", tenantId: "ten_abcdef", sessionId: "uss_abcdef" };

describe("signed tokens", () => {
  it("carry their claims and are accepted by every replica with the secret", async () => {
    const key = secret();
    const token = await signToken(key, { kind: "access", claims, lifetimeSec: 60 });
    expect(await verifyToken(key, "access", token)).toMatchObject(claims);
  });
  it("are not accepted for another use, by another secret, or after their time", async () => {
    const key = secret();
    const token = await signToken(key, { kind: "browser", claims, lifetimeSec: 60 });
    const old = await signToken(key, { kind: "browser", claims, lifetimeSec: 60, now: Date.now() - 120_000 });
    expect(await verifyToken(key, "access", token)).toBeNull();
    expect(await verifyToken(secret(), "browser", token)).toBeNull();
    expect(await verifyToken(key, "browser", old)).toBeNull();
    expect(await verifyToken(key, "browser", "no.token.atall")).toBeNull();
  });
  it("refuse another algorithm, even with the public key as its secret", async () => {
    const key = secret();
    const spki = signingKey(key).publicKey.export({ format: "der", type: "spki" });
    const forged = await new SignJWT({ typ: "access", tid: claims.tenantId, sid: claims.sessionId })
      .setProtectedHeader({ alg: "HS256", kid: signingKey(key).id })
      .setSubject(claims.userId)
      .setIssuer("djinnbot")
      .setAudience("djinnbot-api")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(spki);
    expect(await verifyToken(key, "access", forged)).toBeNull();
  });
});

describe("secret box", () => {
  const place = { tenantId: "ten_aaaaaa", purpose: "provider:openai" };
  it("opens what it sealed, and never seals the same twice", () => {
    const box = secretBox(secret());
    const sealed = box.seal("sk-secret", place);
    expect(box.open(sealed, place)).toBe("sk-secret");
    expect(box.seal("sk-secret", place)).not.toBe(sealed);
    expect(sealed).not.toContain("secret");
  });
  it("does not open for another tenant, another purpose, or after a change", () => {
    const box = secretBox(secret());
    const sealed = box.seal("sk-secret", place);
    expect(() => box.open(sealed, { ...place, tenantId: "ten_bbbbbb" })).toThrow();
    expect(() => box.open(sealed, { ...place, tenantId: null })).toThrow();
    expect(() => box.open(sealed, { ...place, purpose: "provider:google" })).toThrow();
    const changed = `${sealed.slice(0, -2)}${sealed.endsWith("AA") ? "BB" : "AA"}`;
    expect(() => box.open(changed, place)).toThrow();
  });
  it("rotates: the first key seals, older ones still open", () => {
    const [old, next] = [secret(), secret()];
    const sealed = secretBox(old).seal("sk-secret", place);
    const rotated = secretBox(`2027:${next},default:${old}`);
    expect(rotated.open(sealed, place)).toBe("sk-secret");
    expect(rotated.seal("x", place)).toMatch(/^v1\.2027\./);
    expect(() => secretBox(`2027:${next}`).open(sealed, place)).toThrow();
  });
  it("says which key is wrong without showing it", () => {
    expect(() => parseKeys("a:c2hvcnQ=")).toThrow("key a needs 32 bytes");
    expect(() => parseKeys(`a:${secret()},a:${secret()}`)).toThrow("twice");
  });
});

describe("passwords and opaque tokens", () => {
  it("verifies, refuses, and works as long without an account", async () => {
    const stored = await hashPassword("correct horse");
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(stored, "correct horse")).toBe(true);
    expect(await verifyPassword(stored, "wrong")).toBe(false);
    expect(await verifyPassword(null, "correct horse")).toBe(false);
    expect(await verifyPassword("", "nobody has this password")).toBe(false);
  });
  it("are random, prefixed, and shown only in part", () => {
    const key = newToken("userKey");
    expect(key.token).toMatch(/^djb_[\w-]{43}$/);
    expect(newToken("runKey").token).toMatch(/^djb_run_[\w-]{43}$/);
    expect(key.shown).toHaveLength(10);
    expect(key.hash).toBe(hashToken(key.token));
    expect(sameSecret("a", "a")).toBe(true);
    expect(sameSecret("a", "ab")).toBe(false);
  });
});
