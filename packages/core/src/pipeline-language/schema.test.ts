import { readdirSync, readFileSync } from "node:fs";
import { pipelineSchema } from "@djinnbot/contracts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { broken } from "./broken.test-data.ts";
import { doubtful } from "./doubtful.test-data.ts";
import { parsePipeline } from "./parse.ts";
import { soundPipeline } from "./sample.test-data.ts";
import { wholePipeline } from "./whole.test-data.ts";

/** Somebody else's reading of the published schema. */
const fits = new Ajv2020({ strict: false, allErrors: true }).compile(pipelineSchema());
const folder = new URL("../../../../pipelines/", import.meta.url);
const bundled = readdirSync(folder).filter((file) => file.endsWith(".yml"));
const valid = (yaml: string) => fits(parse(yaml));

describe("the published schema", () => {
  it.each(bundled)("takes %s", (file) => {
    expect(valid(readFileSync(new URL(file, folder), "utf8")), JSON.stringify(fits.errors)).toBe(true);
  });

  it("takes everything the language has, and what is only doubtful", () => {
    for (const yaml of [soundPipeline, wholePipeline, ...doubtful.map((doubt) => doubt.yaml)]) {
      expect(valid(yaml), JSON.stringify(fits.errors)).toBe(true);
    }
  });

  /** Faults of shape: the rest needs the whole text, names and templates, and is the parser's. */
  const shapes = broken.filter(({ says }) =>
    /unknown key|needs the key|must be|at least|at most|is empty;|not of a step/.test(says.source),
  );

  it("refuses at least thirty broken texts that the parser refuses, and none that it takes", () => {
    const refused = shapes.filter(({ yaml }) => {
      try {
        return !valid(yaml);
      } catch {
        // Not even YAML.
        return false;
      }
    });
    expect(refused.length).toBeGreaterThanOrEqual(30);
    for (const { yaml, line, says } of refused) {
      const problem = parsePipeline(yaml).problems.find((found) => says.test(found.message));
      expect(problem?.line).toBe(line);
    }
  });
});
