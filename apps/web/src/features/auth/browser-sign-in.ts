import { signIn } from "next-auth/react";
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
