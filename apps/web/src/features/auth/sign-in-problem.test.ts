import { describe, expect, it } from "vitest";
import { signInProblem } from "./sign-in-problem.ts";

describe("signInProblem", () => {
  it("is none when it worked", () => {
    expect(signInProblem({ ok: true, error: null })).toBeNull();
  });

  it("tells wrong credentials, and passes on a sentence of the server", () => {
    expect(signInProblem({ ok: false, error: "CredentialsSignin" })).toMatch(/password is wrong/);
    const sentence = "Too many attempts. Try again in 12 min.";
    expect(signInProblem({ ok: true, error: sentence })).toBe(sentence);
  });

  it("does not show names of the library's errors", () => {
    for (const error of ["Configuration", "AccessDenied", "Default"]) {
      expect(signInProblem({ ok: false, error })).toMatch(/failed on the server/);
    }
    expect(signInProblem(undefined)).toMatch(/failed on the server/);
  });
});
