/** Stored secrets: AES-256-GCM, the id of the key in front (keys can rotate), bound to their tenant and purpose. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const keyLength = 32;
const ivLength = 12;
const tagLength = 16;
/** Id of a key that is given without one. */
const defaultKeyId = "default";

/** What a secret belongs to: a ciphertext moved to another tenant's row or another column does not open. */
export interface SecretPlace {
  /** Null for the platform's own. */
  tenantId: string | null;
  purpose: string;
}
export interface SecretBox {
  seal(plain: string, place: SecretPlace): string;
  /** Throws when the key is unknown, the text was changed, or the place is another one. */
  open(sealed: string, place: SecretPlace): string;
}

const boxes = new Map<string, SecretBox>();

/**
 * `keys` is one base64 key of 32 bytes, or `id:base64,id:base64`: the first seals, all open. To rotate from a single key put the new
 * one in front: `2027:<new>,default:<old>`.
 */
export function secretBox(keys: string): SecretBox {
  const known = boxes.get(keys);
  if (known) {
    return known;
  }
  const box = createBox(parseKeys(keys));
  boxes.set(keys, box);
  return box;
}

/** Throws a message that says what is wrong, without the key. */
export function parseKeys(text: string): { id: string; key: Buffer }[] {
  const parsed = text.split(",").map((part) => {
    const trimmed = part.trim();
    const colon = trimmed.indexOf(":");
    const id = colon === -1 ? defaultKeyId : trimmed.slice(0, colon);
    const key = Buffer.from(trimmed.slice(colon + 1), "base64");
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
      throw new Error("SECRET_ENCRYPTION_KEY: a key id is 1–32 letters, digits, _ or -");
    }
    if (key.length !== keyLength) {
      throw new Error(`SECRET_ENCRYPTION_KEY: key ${id} needs ${keyLength} bytes in base64`);
    }
    return { id, key };
  });
  if (new Set(parsed.map(({ id }) => id)).size !== parsed.length) {
    throw new Error("SECRET_ENCRYPTION_KEY: a key id occurs twice");
  }
  return parsed;
}

function createBox(keys: readonly { id: string; key: Buffer }[]): SecretBox {
  const first = keys[0];
  if (!first) {
    throw new Error("SECRET_ENCRYPTION_KEY: no key");
  }
  return {
    seal: (plain, place) => {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv("aes-256-gcm", first.key, iv).setAAD(aad(place));
      const sealed = Buffer.concat([iv, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${first.id}.${sealed.toString("base64url")}`;
    },
    open: (sealed, place) => {
      const [version, id, body] = sealed.split(".");
      const key = keys.find((candidate) => candidate.id === id)?.key;
      const bytes = Buffer.from(body ?? "", "base64url");
      if (version !== "v1" || !key || bytes.length < ivLength + tagLength) {
        throw new Error("a stored secret cannot be read: its key is unknown or it is damaged");
      }
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivLength), { authTagLength: tagLength })
        .setAAD(aad(place))
        .setAuthTag(bytes.subarray(-tagLength));
      return Buffer.concat([decipher.update(bytes.subarray(ivLength, -tagLength)), decipher.final()]).toString("utf8");
    },
  };
}

function aad(place: SecretPlace): Buffer {
  return Buffer.from(`${place.tenantId ?? "platform"}\n${place.purpose}`);
}
