import { describe, expect, it } from "vitest";
import { matchRoute, operations } from "./routes.ts";

const nameOf = (method: string, path: string) => {
  const match = matchRoute(method, path);
  return match && "operation" in match ? match.operation.name : match;
};

describe("REST routes", () => {
  it("find every operation under its path and aliases, with and without the slash at the end", () => {
    for (const { name, contract } of operations) {
      for (const path of [contract.path, ...contract.aliases]) {
        const filled = path.replace(/\{\w+\}/g, "x");
        const bare = filled.replace(/\/$/, "");
        expect([nameOf(contract.method, bare), nameOf(contract.method, `${bare}/`)]).toEqual([name, name]);
      }
    }
  });

  it("prefer literal segments to parameters", () => {
    expect(nameOf("GET", "/v1/agents/status")).toBe("agents.status");
    expect(nameOf("GET", "/v1/agents/templates")).toBe("agents.templates");
    expect(nameOf("GET", "/v1/agents/ada")).toBe("agents.get");
    expect(nameOf("GET", "/v1/runs/overview")).toBe("runs.overview");
    expect(nameOf("DELETE", "/v1/runs/")).toBe("runs.deleteMany");
    expect(nameOf("POST", "/v1/settings/providers/custom")).toBe("settings.createCustomProvider");
    expect(nameOf("GET", "/v1/settings/providers/keys/all")).toBe("settings.allKeys");
    expect(nameOf("GET", "/v1/events/stream")).toBe("events.tenant");
  });

  it("decode parameters and know neither unknown nor malformed paths", () => {
    expect(matchRoute("GET", "/v1/agents/a%2Fb")).toMatchObject({ params: { agentId: "a/b" } });
    expect(matchRoute("GET", "/v1/agents/%E0%A4%A")).toBeNull();
    expect(matchRoute("GET", "/v1/nothing")).toBeNull();
    expect(matchRoute("GET", "/v1/agents/a/b/c")).toBeNull();
    expect(matchRoute("GET", "/v1/agents//")).toBeNull();
  });

  it("answer HEAD like GET, and say which methods a path has", () => {
    expect(nameOf("HEAD", "/v1/agents/")).toBe("agents.list");
    expect(matchRoute("PUT", "/v1/agents/")).toEqual({ allow: ["GET", "POST", "HEAD", "OPTIONS"] });
    expect(matchRoute("OPTIONS", "/v1/auth/login")).toEqual({ allow: ["POST", "OPTIONS"] });
  });
});
