import { describe, expect, it } from "vitest";
import { explainFault, waitSentence } from "./explain-fault.ts";

describe("explainFault", () => {
  it("says when to come back", () => {
    const { fix } = explainFault({ code: "LIMIT", message: "Too many attempts.", retryAfterSec: 125 });
    expect(fix).toBe("Try again in 2m 05s.");
    expect(waitSentence(0.2)).toBe("Try again in 1s.");
    expect(waitSentence(null)).toBe("Wait a while, then try again.");
  });

  it("does not show what the browser said about a broken connection", () => {
    const { why } = explainFault({ code: "NETWORK", message: "Failed to fetch", retryAfterSec: null });
    expect(why).toBe("The server did not answer.");
  });

  it("leaves a sentence of the server as it is", () => {
    const said = { code: "CONFLICT" as const, message: "The slug is taken.", retryAfterSec: null };
    expect(explainFault(said)).toEqual({ why: "The slug is taken.", fix: undefined });
  });
});
