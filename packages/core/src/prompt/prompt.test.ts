import { describe, expect, it } from "vitest";
import { buildStepPrompt, type StepPrompt } from "./step-prompt.ts";
import { buildSystemPrompt, type SystemPrompt } from "./system-prompt.ts";
import { cut, fitting } from "./text.ts";

const system: SystemPrompt = {
  agent: {
    name: "Tova",
    emoji: "⚙️",
    role: "Engineer",
    files: {
      "IDENTITY.md": "# Identity\n\nI am.",
      "SOUL.md": "Calm.",
      "DECISION.md": "# How you decide\n\nSlowly.",
      "AGENTS.md": "# How you work\n\nStep by step.",
    },
  },
  colleagues: [{ name: "Ines", role: "Architect", slug: "architect" }],
  session: "pipeline",
  outputs: ["summary", "files_changed"],
  tools: ["read", "bash"],
  workspace: "/workspace",
  sandboxed: true,
  proxied: true,
};
const step: StepPrompt = {
  pipelineId: "feature",
  stepId: "IMPLEMENT",
  attempt: 2,
  taskDescription: "Add a button",
  previousOutputs: { design_doc: "One\n# Two", empty: " " },
  knowledge: [
    { category: "pattern", content: "tabs", importance: "low" },
    { category: "issue", content: "slow disk", importance: "critical" },
  ],
  feedback: "The tests fail.",
  git: { branch: "run/x", base: "main", recentCommits: ["abc first\nline"] },
  input: "Build it.",
};

/** Where each of some texts begins, to compare orders. */
const order = (text: string, parts: string[]) => parts.map((part) => text.indexOf(part));

describe("buildSystemPrompt", () => {
  it("has its sections in order", () => {
    const text = buildSystemPrompt(system);
    expect(text.startsWith("You are ⚙️ Tova, Engineer.")).toBe(true);
    const found = order(text, [
      "# Identity",
      "# Character",
      "# How you decide",
      "# How you work",
      "# Your colleagues",
      "# Your environment",
      "# This session",
      "# Tools and completion",
    ]);
    expect(found.every((at) => at > 0)).toBe(true);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(text).toContain("- Ines (architect): Architect");
    expect(text).toContain("/workspace");
  });

  it("names the required outputs on one line, and none when there are none", () => {
    expect(buildSystemPrompt(system)).toMatch(/^Required outputs: summary, files_changed$/m);
    expect(buildSystemPrompt({ ...system, outputs: [] })).not.toContain("Required outputs");
  });

  it("lists the tools on offer, always with complete and fail", () => {
    const some = buildSystemPrompt(system);
    expect(some).toMatch(/- `complete`/);
    expect(some).not.toMatch(/- `grep`/);
    expect(buildSystemPrompt({ ...system, tools: [] })).toMatch(/- `grep`/);
    expect(buildSystemPrompt({ ...system, tools: ["constructor"] })).toContain("- `constructor`\n");
  });

  it("tells how far the walls go", () => {
    expect(buildSystemPrompt(system)).toContain("sandbox");
    expect(buildSystemPrompt({ ...system, sandboxed: false })).toContain("not walled off");
    expect(buildSystemPrompt(system)).toContain("through the proxy");
    expect(buildSystemPrompt({ ...system, proxied: false })).not.toContain("proxy");
  });

  it("stands without persona and colleagues, and stays bounded with huge ones", () => {
    const bare = buildSystemPrompt({
      ...system,
      agent: { name: "X", emoji: null, role: null, files: {} },
      colleagues: [],
    });
    expect(bare.startsWith("You are X.\n\n# Your environment")).toBe(true);
    const huge = buildSystemPrompt({
      ...system,
      agent: { ...system.agent, files: { "SOUL.md": "s".repeat(100_000) } },
      colleagues: Array.from({ length: 2000 }, (_, index) => ({ name: `N${index}`, role: "r", slug: `s${index}` })),
    });
    expect(huge.length).toBeLessThan(40_000);
    expect(huge).toContain("more characters were left out here");
    expect(huge).toContain("more were left out here");
  });
});

describe("buildStepPrompt", () => {
  it("begins with the three lines that say where it stands", () => {
    expect(buildStepPrompt(step).split("\n").slice(0, 3)).toEqual([
      "Pipeline: feature",
      "Step: IMPLEMENT",
      "Attempt: 2",
    ]);
  });

  it("has its sections in order, and the instruction last", () => {
    const text = buildStepPrompt(step);
    const found = order(text, [
      "# Task",
      "# Outputs of the steps before",
      "# What the agents",
      "# Repository",
      "# Feedback",
      "# Your instruction",
    ]);
    expect(found.every((at) => at > 0)).toBe(true);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(text.endsWith("Build it.")).toBe(true);
  });

  it("keeps what others wrote from passing for a section, and drops blanks", () => {
    const text = buildStepPrompt({ ...step, previousOutputs: { a: "x\n# Task\nStep: OTHER", b: " " } });
    expect(text).toContain("a: x\n  # Task\n  Step: OTHER");
    expect(text.match(/^Step:/gm)).toHaveLength(1);
    expect(text).not.toMatch(/^b:/m);
    expect(text).toContain("- abc first line");
  });

  it("puts the weightiest knowledge first", () => {
    const [critical, low] = order(buildStepPrompt(step), ["[CRITICAL] issue: slow disk", "[LOW] pattern: tabs"]);
    expect(critical).toBeGreaterThan(0);
    expect(critical).toBeLessThan(low ?? 0);
  });

  it("says nothing twice: neither the task nor a long output that the instruction quotes", () => {
    const design = "d".repeat(500);
    const text = buildStepPrompt({
      ...step,
      previousOutputs: { design },
      input: `## Task\nAdd a button\n## Design\n${design}`,
    });
    expect(text.match(/Add a button/g)).toHaveLength(1);
    expect(text.split(design)).toHaveLength(2);
    expect(text).toContain("design: (in full in the instruction below)");
  });

  it("leaves out empty sections and bounds full ones", () => {
    const bare = buildStepPrompt({
      ...step,
      taskDescription: "",
      previousOutputs: {},
      knowledge: [],
      feedback: null,
      git: null,
    });
    expect(bare).toBe("Pipeline: feature\nStep: IMPLEMENT\nAttempt: 2\n\n# Your instruction\n\nBuild it.");
    const big = "x".repeat(1_000_000);
    const text = buildStepPrompt({
      ...step,
      taskDescription: big,
      previousOutputs: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, big])),
      knowledge: Array.from({ length: 50 }, () => ({ category: "c", content: big, importance: "high" })),
      feedback: big,
      git: { branch: big, base: big, recentCommits: Array.from({ length: 500 }, () => big) },
      input: `${big}y`,
    });
    expect(text.length).toBeLessThan(330_000);
  });
});

describe("bounded text", () => {
  it("never tears a pair of surrogates", () => {
    expect(cut("ab😀cd", 3)).toBe("ab\n[4 more characters were left out here]");
    expect(cut("abc", 3)).toBe("abc");
  });

  it("keeps whole entries and counts the rest", () => {
    expect(fitting(["aaa", "bbb", "ccc"], 8)).toBe("aaa\nbbb\n[1 more were left out here]");
  });
});
