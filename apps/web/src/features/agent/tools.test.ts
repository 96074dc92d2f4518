import { builtinTools } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { fixedTools, toggleTool, toolMeaning } from "./tools.ts";

describe("tools", () => {
  it("explains every built-in tool", () => {
    expect(Object.keys(toolMeaning).sort()).toEqual([...builtinTools].sort());
    expect(fixedTools.every((name) => builtinTools.includes(name))).toBe(true);
  });

  it("keeps the order, and names it does not know", () => {
    expect(toggleTool(["bash", "mcp_thing"], "read", true)).toEqual(["read", "bash", "mcp_thing"]);
    expect(toggleTool(["read", "bash"], "read", false)).toEqual(["bash"]);
    expect(toggleTool(["read"], "read", true)).toEqual(["read"]);
  });
});
