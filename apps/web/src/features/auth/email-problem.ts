import { problem } from "../form/problem.ts";

/** What is wrong with an e-mail address as typed; an empty one is asked for. */
export function emailProblem(typed: string, error: { message?: string | undefined } | undefined): string | undefined {
  return error && typed.trim() === "" ? "Enter your e-mail." : problem(error);
}
