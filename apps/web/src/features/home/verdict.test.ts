import { describe, expect, it } from "vitest";
import { type PartState, type SystemStatus, systemParts, verdict } from "./verdict.ts";

const model: PartState = { name: "Model", value: "x", state: "ok", remedy: null };
const status: SystemStatus = {
  status: "ok",
  version: "1.2.3",
  engineVersion: "1.2.3",
  redisConnected: true,
  databaseConnected: true,
  engines: 2,
  door: { served: true, problem: null },
  storage: { juicefsMounted: false, rustfsHealthy: false, dataPath: null, juicefsVolume: null },
  workload: { backend: "process", sandbox: "bubblewrap", network: "door" },
  demoModel: false,
  activeRuns: 0,
  totalPipelines: 1,
  totalAgents: 1,
  github: { configured: false, healthy: false },
};

describe("systemParts", () => {
  it("finds nothing wrong with a healthy installation", () => {
    const parts = systemParts(status, model);
    expect(parts.map(({ name }) => name)).toEqual([
      "Web",
      "Engine",
      "Database",
      "Redis",
      "Sandbox",
      "Agents' door",
      "Model",
    ]);
    expect(parts.every(({ state, remedy }) => state === "ok" && remedy === null)).toBe(true);
  });

  it("says what to do about every part that is not all right", () => {
    const parts = systemParts(
      {
        ...status,
        engines: 0,
        redisConnected: false,
        workload: { backend: "process", sandbox: "none", network: "open" },
        door: { served: false, problem: "Restart it." },
      },
      model,
    );
    const bad = parts.filter(({ state }) => state !== "ok");
    expect(bad.map(({ name, state }) => [name, state])).toEqual([
      ["Engine", "danger"],
      ["Redis", "danger"],
      ["Sandbox", "warn"],
      ["Agents' door", "danger"],
    ]);
    expect(bad.every(({ remedy }) => remedy !== null)).toBe(true);
  });
});

describe("verdict", () => {
  it("answers the three questions in order", () => {
    const parts = systemParts(status, model);
    expect(verdict({ parts, running: 0, attention: 0 }).text).toBe(
      "All systems work. Nothing is running, nothing needs you.",
    );
    expect(verdict({ parts, running: 2, attention: 1 })).toEqual({
      state: "ok",
      text: "All systems work. 2 runs in progress, 1 thing needs you.",
    });
    const broken = systemParts({ ...status, databaseConnected: false }, model);
    expect(verdict({ parts: broken, running: 0, attention: 3 })).toMatchObject({ state: "danger" });
  });
});
