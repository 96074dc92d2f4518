import { signIn, signOut } from "next-auth/react";
import { signInProblem } from "./sign-in-problem.ts";

/** Signs this browser in with a cookie. Null when it worked, else what to tell; never throws. */
export async function signInHere(credentials: { email: string; password: string }): Promise<string | null> {
  try {
    const answer = await signIn("credentials", { ...credentials, redirect: false });
    return signInProblem(answer);
  } catch {
    return "The server did not answer. Check your connection, then try again.";
  }
}

/**
 * Asking for the session renews its cookie: who comes back every few days stays signed in. Whoever leaves the page meanwhile breaks
 * it off, which is no fault: next-auth's own function would log it as one, here and on the server.
 */
export function renewSignIn(): void {
  fetch("/api/auth/session").catch(() => undefined);
}

/** Ends this browser's sign-in and goes to the sign-in page of the address that is open. Rejects when the server does not answer. */
export async function signOutHere(): Promise<void> {
  // Where the server thinks it lives may be another name for the same host, so it is not asked to redirect.
  await signOut({ redirect: false });
  otherTabs()?.postMessage(signedOut);
  window.location.assign("/sign-in");
}

/** Calls back when somebody signs out in another tab of this browser. */
export function onSignedOutElsewhere(leave: () => void): () => void {
  const channel = otherTabs();
  const hear = ({ data }: MessageEvent) => data === signedOut && leave();
  channel?.addEventListener("message", hear);
  return () => channel?.removeEventListener("message", hear);
}

const signedOut = "signed-out";
let channel: BroadcastChannel | undefined;

/** One channel for the tab: it hears the others and not itself. */
function otherTabs(): BroadcastChannel | undefined {
  channel ??= "BroadcastChannel" in window ? new BroadcastChannel("djinn_sign_in") : undefined;
  return channel;
}
