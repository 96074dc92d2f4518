/** Passwords: argon2id, and the same work for an account that does not exist. */
import { hash, type Options, verify } from "@node-rs/argon2";

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const options: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

let dummy: Promise<string> | undefined;

/** The argon2id hash to store, in PHC form, of the password in Unicode form NFKC. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), options);
}

/** Without a stored hash the work is the same and the answer is no, so that timing does not tell which accounts exist. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if (typeof stored === "string" && stored.startsWith("$argon2id$")) {
    return verify(stored, password.normalize("NFKC"));
  }
  dummy ??= hashPassword("nobody has this password");
  await verify(await dummy, password.normalize("NFKC"));
  return false;
}
