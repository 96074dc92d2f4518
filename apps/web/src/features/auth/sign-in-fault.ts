import { waitSentence } from "../form/explain-fault.ts";

/** Why the browser was not signed in. */
export type SignInFault = { code: string; message: string | null; retryAfterSec: number | null };

/** What the form says about it. */
export function signInFaultText({ code, message, retryAfterSec }: SignInFault): string {
  switch (code) {
    case "UNAUTHENTICATED":
      return message ?? "E-mail address or password is wrong.";
    case "LIMIT":
      return `Too many attempts. ${waitSentence(retryAfterSec)}`;
    case "FORBIDDEN":
      return message ?? "This account is switched off. Ask your administrator.";
    case "NETWORK":
      return "The server did not answer. Check your connection, then try again.";
    default:
      return "Signing in failed on the server. Try again in a moment.";
  }
}
