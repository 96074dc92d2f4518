import { describe, expect, it } from "vitest";
import { safeNextPath, withNext } from "./next-path.ts";

describe("safeNextPath", () => {
  it("keeps paths of this site, with query and place", () => {
    expect(safeNextPath("/runs/run_1?tab=log#end")).toBe("/runs/run_1?tab=log#end");
    expect(safeNextPath("/")).toBe("/");
  });

  it.each([
    null,
    undefined,
    "",
    "runs",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e//evil.example",
    "http://same.invalid/x",
  ])("refuses %j", (next) => {
    expect(safeNextPath(next)).toBe("/");
  });

  it("does not lead back to the sign-in page, nor to the API", () => {
    expect(safeNextPath("/sign-in?next=/runs")).toBe("/");
    expect(safeNextPath("/api/auth/signout")).toBe("/");
    expect(safeNextPath("/registers")).toBe("/registers");
  });
});

describe("withNext", () => {
  it("carries the page along only where it matters", () => {
    expect(withNext("/sign-in", "/")).toBe("/sign-in");
    expect(withNext("/register", "/runs?x=1")).toBe("/register?next=%2Fruns%3Fx%3D1");
  });
});
