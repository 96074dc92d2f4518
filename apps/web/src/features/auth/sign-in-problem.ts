/** What to tell about a sign-in; null when it worked. Refusals with a reason come as a sentence of the server. */
export function signInProblem(answer: { ok: boolean; error: string | null | undefined } | undefined): string | null {
  if (answer === undefined) {
    return failed;
  }
  const { ok, error } = answer;
  if (!error) {
    return ok ? null : failed;
  }
  if (error === "CredentialsSignin") {
    return "E-mail address or password is wrong.";
  }
  return error.includes(" ") ? error : failed;
}

const failed = "Signing in failed on the server. Try again in a moment.";
