import type { DjinnError } from "@djinnbot/client";
import { formatDuration } from "@djinnbot/ui";

type Explained = { why: string; fix: string | undefined };

/** Why a call failed and what a person can do about it, in words for a page. */
export function explainFault(fault: Pick<DjinnError, "code" | "message" | "retryAfterSec">): Explained {
  switch (fault.code) {
    case "NETWORK":
      return { why: "The server did not answer.", fix: "Check your connection, then try again." };
    case "LIMIT":
      return { why: fault.message, fix: waitSentence(fault.retryAfterSec) };
    case "UNAUTHENTICATED":
      return { why: fault.message, fix: "Sign in again; what you typed is kept." };
    case "FORBIDDEN":
      return { why: fault.message, fix: "Ask an owner or administrator of your team." };
    case "NOT_FOUND":
      return {
        why: `${fault.message}.`.replace("..", "."),
        fix: "It was deleted or renamed, or belongs to another team.",
      };
    case "INTERNAL":
    case "UNAVAILABLE":
    case "UPSTREAM":
      return { why: fault.message, fix: "Try again. If it stays, report the request id." };
    default:
      return { why: fault.message, fix: undefined };
  }
}

/** `Try again in 2m 05s.`; without a time, `Wait a while, then try again.` */
export function waitSentence(retryAfterSec: number | null): string {
  return retryAfterSec === null
    ? "Wait a while, then try again."
    : `Try again in ${formatDuration(Math.max(1, Math.ceil(retryAfterSec)) * 1000).replace(".0s", "s")}.`;
}
