import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broken } from "./broken.test-data.ts";
import { doubtful } from "./doubtful.test-data.ts";
import { hostile } from "./hostile.test-data.ts";
import { parsePipeline } from "./parse.ts";
import { type Broken, soundPipeline } from "./sample.test-data.ts";

describe("a sound pipeline", () => {
  it("has no problems and one spelling of the timeout", () => {
    const { document, problems } = parsePipeline(soundPipeline);
    expect(problems).toEqual([]);
    expect(document?.defaults).toEqual({ model: "openai/small", timeoutSeconds: 60 });
    expect(document?.version).toBe("1.0");
    expect(document?.steps[1]?.onResult).toMatchObject({ PASS: {}, FAIL: { goto: "BUILD" } });
  });

  it("may use anchors, and both timeouts when they agree", () => {
    const yaml = soundPipeline
      .replace("  timeout: 60", "  timeout: 60\n  timeoutSeconds: 60")
      .replace("outputs: [summary]", "outputs: &keys [summary]")
      .replace("outputs: [verdict, feedback]", "outputs: *keys");
    expect(parsePipeline(yaml).document?.steps[1]?.outputs).toEqual(["summary"]);
  });

  it("reads Windows line ends with the same positions", () => {
    const yaml = soundPipeline.replace("{% endif %}", "").replaceAll("\n", "\r\n");
    expect(parsePipeline(yaml).problems[0]).toMatchObject({ line: 16, column: 7 });
  });
});

function check({ yaml, line, column, says }: Broken, severity: "error" | "warning"): void {
  const { problems } = parsePipeline(yaml);
  const found = problems.find((problem) => says.test(problem.message) && problem.severity === severity);
  expect(found, JSON.stringify(problems, null, 1)).toBeDefined();
  expect({ line: found?.line, column: found?.column }).toEqual({ line, column: column ?? found?.column });
  for (const problem of problems) {
    expect(problem.message).toMatch(/^[A-Z`].*[.?]$/s);
  }
}

describe("a doubtful pipeline", () => {
  it.each(doubtful)("$name", (doubt) => {
    check(doubt, "warning");
    expect(parsePipeline(doubt.yaml).document).not.toBeNull();
  });
});

describe("a broken pipeline", () => {
  it.each(broken)("$name", (fault) => {
    check(fault, "error");
    expect(parsePipeline(fault.yaml).document).toBeNull();
  });

  it("tells everything at once, in the order of the text", () => {
    const yaml = soundPipeline
      .replace("name: Sample", "name: 5\nnmae: x")
      .replace("agent: checker", "agent: nobody")
      .replace("onComplete: CHECK", "onComplete: X")
      .replace("goto: BUILD", "goto: Y");
    const { problems } = parsePipeline(yaml);
    expect(problems.map((problem) => problem.line)).toEqual([2, 3, 19, 21, 27]);
    expect(problems.map((problem) => problem.path)).toEqual([
      "name",
      "nmae",
      "steps.0.onComplete",
      "steps.1.agent",
      "steps.1.onResult.FAIL.goto",
    ]);
  });

  it.each(Object.entries(hostile))("answers a hostile text without labouring: many %s", (_name, text) => {
    // What grows with the square of these takes minutes and ends at the test's time limit.
    expect(parsePipeline(text).document).toBeNull();
  });

  it("does not drown the reader", () => {
    const steps = Array.from({ length: 190 }, (_, index) => `  - { id: S${index}, agent: nobody, x: 1 }`).join("\n");
    const { problems } = parsePipeline(`id: ab\nname: A\nversion: 1\nagents: [{ id: a }]\nsteps:\n${steps}\n`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe("And 280 more problems.");
  });
});

describe("every text", () => {
  it("is answered without throwing, with a document or an error", () => {
    const pieces = fc.constantFrom(
      ...soundPipeline.split(/(?<=\s)/),
      "{%",
      "{{",
      "&a ",
      "*a ",
      "- ",
      "? ",
      ": ",
      "!!set ",
      "\t",
    );
    const mutated = fc.tuple(fc.nat(soundPipeline.length), fc.nat(20), fc.string({ maxLength: 8 }));
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
      mutated.map(([at, cut, put]) => soundPipeline.slice(0, at) + put + soundPipeline.slice(at + cut)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { document, problems } = parsePipeline(text);
        const errors = problems.filter((problem) => problem.severity === "error");
        const lines = text.split("\n").length;
        return (
          (document === null) === errors.length > 0 &&
          problems.every(({ line, column }) => line >= 1 && line <= lines + 1 && column >= 1)
        );
      }),
      { numRuns: 400 },
    );
  });
});

describe("the pipelines that come with the product", () => {
  const folder = new URL("../../../../pipelines/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".yml"));

  it.each(files)("%s has neither errors nor warnings", (file) => {
    const { document, problems } = parsePipeline(readFileSync(new URL(file, folder), "utf8"));
    expect(problems).toEqual([]);
    expect(`${document?.id}.yml`).toBe(file);
  });
});
