/** Texts that are no pipeline are refused with their place, whatever else is asked of them. */
import { newTenant, testDeps, unique } from "@djinnbot/testing";
import { afterAll, describe, expect, it } from "vitest";
import { soundPipeline } from "../pipeline-language/sample.test-data.ts";

const deps = await testDeps();
afterAll(() => deps.close());
const tenant = await newTenant(deps);
const { pipelines } = tenant.services;

const refused = {
  code: "BAD_REQUEST",
  message: expect.stringMatching(/^The pipeline has errors: line \d+, column \d+: .+/),
};
const texts: Record<string, string> = {
  "a tag of JavaScript": '!!js/function "x"',
  "a scalar": "hello",
  "a number": "5",
  "a list": "- a\n- b",
  "an ordered map": "!!omap [a: 1]",
  "lists in lists": "[".repeat(20_000),
  "maps in maps": "{a: ".repeat(20_000),
  "an anchor of itself": "&a {x: *a}",
  "an alias of nothing": "a: *b",
  "a key twice": "a: 1\na: 2",
  "an id twice": "id: a\nid: b",
  "a map as key": "? {a: 1}\n: 2",
  "two documents": "a: 1\n---\nb: 2",
  "an open quote": 'a: "',
  nothing: "# nothing\n",
};

describe.each(Object.entries(texts))("%s", (_, yamlContent) => {
  it("is refused when a pipeline is made, with and without an id of its own", async () => {
    await expect(pipelines.create({ yamlContent })).rejects.toMatchObject(refused);
    await expect(pipelines.create({ yamlContent, id: unique("p") })).rejects.toMatchObject(refused);
    await expect(pipelines.create({ yamlContent, name: "Mine" })).rejects.toMatchObject(refused);
  });
});

it("writes the wanted id and name into the text and keeps the rest", async () => {
  const id = unique("p");
  const made = await pipelines.create({ yamlContent: `# Mine\n${soundPipeline}`, id, name: "Mine" });
  expect(made).toMatchObject({ id, name: "Mine", valid: true });
  expect((await pipelines.raw({ pipelineId: id })).yaml).toMatch(/^# Mine\n/);
});
