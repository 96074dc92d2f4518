import { contracts } from "@djinnbot/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromWire, snakeCase, toWire } from "./wire.ts";

const Inner = z.object({ stepId: z.string(), freeForm: z.record(z.string(), z.unknown()) });
const Outer = z.object({
  runId: z.string(),
  innerList: z.array(Inner),
  maybeInner: Inner.nullish(),
  byName: z.record(z.string(), Inner),
  anyThing: z.unknown(),
  eitherWay: z.union([z.string(), z.object({ someKey: z.int() })]),
  picked: z.discriminatedUnion("type", [
    z.object({ type: z.literal("a"), fieldOfA: z.int() }),
    z.object({ type: z.literal("b"), fieldOfB: Inner }),
  ]),
  withDefault: z.object({ deepKey: z.int().default(1) }).prefault({}),
});

const json = fc.jsonValue({ maxDepth: 2 });
const inner = fc.record({ stepId: fc.string(), freeForm: fc.dictionary(fc.string(), json, { maxKeys: 3 }) });
const outer = fc.record({
  runId: fc.string(),
  innerList: fc.array(inner, { maxLength: 3 }),
  maybeInner: fc.option(inner),
  byName: fc.dictionary(fc.string(), inner, { maxKeys: 3 }),
  anyThing: json,
  eitherWay: fc.oneof(fc.string(), fc.record({ someKey: fc.integer() })),
  picked: fc.oneof(
    fc.record({ type: fc.constant("a"), fieldOfA: fc.integer() }),
    fc.record({ type: fc.constant("b"), fieldOfB: inner }),
  ),
  withDefault: fc.record({ deepKey: fc.integer() }),
});

describe("wire names", () => {
  it("come back as they went, whatever the values", () => {
    fc.assert(
      fc.property(outer, (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(fromWire(Outer, toWire(Outer, plain, "snake"), "snake")).toEqual(plain);
      }),
    );
  });

  it("leave camel nouns as they are", () => {
    fc.assert(
      fc.property(outer, (value) => {
        expect(toWire(Outer, value, "camel")).toBe(value);
      }),
    );
  });

  it("change declared names at every depth, and nothing inside free-form JSON", () => {
    const value = {
      runId: "r",
      innerList: [{ stepId: "s", freeForm: { keepMe: { andMe: 1 } } }],
      byName: { someName: { stepId: "t", freeForm: {} } },
      anyThing: { alsoKept: true },
      eitherWay: { someKey: 1 },
      picked: { type: "b", fieldOfB: { stepId: "u", freeForm: {} } },
      withDefault: { deepKey: 2 },
    };
    expect(toWire(Outer, value, "snake")).toEqual({
      run_id: "r",
      inner_list: [{ step_id: "s", free_form: { keepMe: { andMe: 1 } } }],
      by_name: { someName: { step_id: "t", free_form: {} } },
      any_thing: { alsoKept: true },
      either_way: { some_key: 1 },
      picked: { type: "b", field_of_b: { step_id: "u", free_form: {} } },
      with_default: { deep_key: 2 },
    });
  });

  it("accept the contract's own names; the wire's name wins when both are sent", () => {
    const { input } = contracts.runs.create;
    expect(fromWire(input, { pipelineId: "p", task: "t" }, "snake")).toEqual({ pipelineId: "p", task: "t" });
    for (const both of [
      { pipeline_id: "wire", pipelineId: "own" },
      { pipelineId: "own", pipeline_id: "wire" },
    ]) {
      expect(fromWire(input, both, "snake")).toEqual({ pipelineId: "wire" });
    }
  });

  it("keep unknown keys for the contract to judge", () => {
    expect(fromWire(contracts.runs.create.input, { some_thing: 1 }, "snake")).toEqual({ some_thing: 1 });
  });

  it("drop null where a field may be missing but not null, as earlier clients send it", () => {
    const sent = { pipeline_id: "p", task: "t", context: null, project_id: null };
    expect(fromWire(contracts.runs.create.input, sent, "snake")).toEqual({ pipelineId: "p", task: "t" });
    expect(fromWire(contracts.runs.update.input, { model_override: null }, "snake")).toEqual({ modelOverride: null });
  });

  it("convert a schema that holds itself", () => {
    const Tree = z.object({
      nodeName: z.string(),
      get childNodes() {
        return z.array(Tree);
      },
    });
    const tree = { nodeName: "a", childNodes: [{ nodeName: "b", childNodes: [] }] };
    const wired = { node_name: "a", child_nodes: [{ node_name: "b", child_nodes: [] }] };
    expect(toWire(Tree, tree, "snake")).toEqual(wired);
    expect(fromWire(Tree, wired, "snake")).toEqual(tree);
  });

  it("are distinct for the fields of every contract", () => {
    for (const verbs of Object.values(contracts)) {
      for (const { input } of Object.values(verbs) as { input: z.ZodObject }[]) {
        const names = Object.keys(input.shape);
        expect(new Set(names.map(snakeCase)).size).toBe(names.length);
      }
    }
  });
});
