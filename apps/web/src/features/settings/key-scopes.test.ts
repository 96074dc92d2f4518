import { grantableScopes } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { grantable, presetOf, scopePresets } from "./key-scopes.ts";

describe("scopes of a key", () => {
  it("presets hold only what a person can grant, each more than the one before", () => {
    for (const [index, { scopes }] of scopePresets.entries()) {
      expect(scopes.every((scope) => new Set<string>(grantableScopes).has(scope))).toBe(true);
      const before = scopePresets[index - 1]?.scopes ?? [];
      expect(before.every((scope) => scopes.includes(scope))).toBe(true);
      expect(scopes.length).toBeGreaterThan(before.length);
    }
  });

  it("never offers more than the maker has, and knows the preset again", () => {
    const own = grantableScopes.filter((scope) => scope !== "runs:write");
    const [, run] = scopePresets;
    const scopes = grantable(run?.scopes ?? [], own);
    expect(scopes).not.toContain("runs:write");
    expect(presetOf(scopes, own)).toBe("read");
    expect(presetOf(["self:read"], own)).toBeNull();
  });
});
