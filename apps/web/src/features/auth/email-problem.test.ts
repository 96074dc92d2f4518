import { expect, it } from "vitest";
import { emailProblem } from "./email-problem.ts";

it("asks for an address that is empty, and says what is wrong with others", () => {
  const error = { message: "not an e-mail address" };
  expect(emailProblem(" ", error)).toBe("Enter your e-mail.");
  expect(emailProblem("x", error)).toBe("Not an e-mail address.");
  expect(emailProblem("", undefined)).toBeUndefined();
});
