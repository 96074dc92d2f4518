/** The token in the browser's cookie: ours, signed like access tokens, but of another kind. */
import { signToken, type TokenClaims, type VerifiedToken, verifyToken } from "../crypto/signing.ts";
import type { CoreConfig } from "../ctx.ts";

/** Seconds: a week; renewed whenever the pages ask for the session. */
export const browserTokenLifetimeSec = 7 * 24 * 3600;

/** A token for the cookie, valid for `lifetimeSec` seconds. */
export function signBrowserToken(
  config: Pick<CoreConfig, "authSecretKey">,
  claims: TokenClaims,
  lifetimeSec = browserTokenLifetimeSec,
): Promise<string> {
  return signToken(config.authSecretKey, { kind: "browser", claims, lifetimeSec });
}

/** Signature, expiry and kind only; whether the sign-in still counts is checked by `authenticate`. */
export function verifyBrowserToken(
  config: Pick<CoreConfig, "authSecretKey">,
  token: string,
): Promise<VerifiedToken | null> {
  return verifyToken(config.authSecretKey, "browser", token);
}
