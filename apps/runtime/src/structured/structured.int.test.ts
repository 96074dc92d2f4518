// Steps that end in JSON: against servers that honour, refuse and bungle it, on two wires.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startDemoModel } from "@djinnbot/testing/demo-model";
import { expect, test } from "vitest";
import type { EngineSide } from "../test/engine-side.ts";
import type { Answer, ModelRequest } from "../test/scripted-model.ts";
import { useStage } from "../test/stage.ts";

const stage = useStage();
const schema = {
  type: "object",
  properties: {
    tasks: {
      type: "array",
      items: {
        type: "object",
        properties: { title: { type: "string" }, hours: { type: "integer", minimum: 1 } },
        required: ["title", "hours"],
        additionalProperties: false,
      },
    },
  },
  required: ["tasks"],
  additionalProperties: false,
};
const plan = { tasks: [{ title: "Build", hours: 4 }] };
const good = JSON.stringify(plan);
const refused: Answer = {
  status: 400,
  body: { type: "error", error: { type: "invalid_request_error", message: "response_format is not supported" } },
};
const submit = (args: unknown): Answer => ({ calls: [{ name: "submit_plan", args }] });
type Wire = "openai-compatible" | "anthropic";

function structuredStep(side: EngineSide, change: { wire?: Wire; schema?: object; method?: string; model?: object }) {
  const base = side.stepCommand();
  return side.stepCommand({
    outputs: ["plan_json", "other"],
    // A name that the library knows as one with structured outputs of its own.
    model: { ...base.model, modelId: "claude-sonnet-4-5", wire: change.wire ?? "openai-compatible", ...change.model },
    structured: {
      name: "plan",
      strict: true,
      schema: { ...(change.schema ?? schema) },
      method: change.method === "tool_use" ? "tool_use" : "response_format",
    },
  });
}

async function play(change: Parameters<typeof structuredStep>[1], ...scripts: Answer[]) {
  const { side, model } = await stage.play(...scripts);
  const command = structuredStep(side, change);
  await side.send(command);
  return { side, model, result: await side.untilResult(command.commandId) };
}
const asked = ({ response_format, output_config, tool_choice, tools }: ModelRequest & Record<string, unknown>) => ({
  format: response_format !== undefined || output_config !== undefined,
  choice: tool_choice,
  tools: tools.map((tool) => tool.function?.name ?? tool.name),
});

const wires: [Wire, { forced: object }][] = [
  ["openai-compatible", { forced: { type: "function", function: { name: "submit_plan" } } }],
  ["anthropic", { forced: { type: "tool", name: "submit_plan" } }],
];
for (const [wire, { forced }] of wires) {
  test(`${wire}: asked by response format, once, without tools`, async () => {
    const { result, model } = await play({ wire }, { text: good });
    expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: good }, turns: 1 });
    expect(Object.keys(result.outputs)).toEqual(["plan_json"]);
    expect(model.requests.map(asked)).toEqual([{ format: true, choice: undefined, tools: [] }]);
    expect(model.requests[0]?.max_tokens).toBe(32_768);
    expect(JSON.stringify(model.requests[0])).toContain('"hours"');
  });

  test(`${wire}: a server that refuses it gets a forced tool call`, async () => {
    const { result, model, side } = await play({ wire }, refused, submit(plan));
    expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: good }, turns: 1 });
    expect(asked(model.requests[1] as ModelRequest)).toMatchObject({ format: false, tools: ["submit_plan"] });
    expect(model.requests[1]?.tool_choice).toMatchObject({ ...forced });
    const shown = (await side.events()).filter((event) => event.type === "TOOL_CALL_END");
    expect(shown).toMatchObject([{ toolName: "submit_plan", isError: false, result: "The JSON fits the schema." }]);
  });

  test(`${wire}: broken and misfitting answers are asked for again with what was wrong`, async () => {
    const { result, model } = await play(
      { wire },
      { text: '{"tasks": [{"title": "Bu' },
      submit({ tasks: [{ title: "Build", hours: 0 }] }),
      submit(plan),
    );
    expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: good }, turns: 3 });
    expect(model.requests.map((request) => asked(request).format)).toEqual([true, false, false]);
    expect(JSON.stringify(model.requests[1]?.messages)).toContain("not valid JSON");
    expect(JSON.stringify(model.requests[2]?.messages)).toMatch(/must be at least 1.*tasks\[0\].hours/s);
  });
}

test("method tool_use asks for nothing but the tool", async () => {
  const { result, model } = await play({ method: "tool_use" }, submit(plan));
  expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: good } });
  expect(model.requests.map((request) => asked(request).format)).toEqual([false]);
});

test("a server without tools gets the response format again", async () => {
  const { result, model } = await play(
    {},
    { text: "no" },
    { status: 400, body: { error: { message: "tools are not supported" } } },
    { text: `Here it is:\n\`\`\`json\n${good}\n\`\`\`` },
  );
  expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: good }, turns: 2 });
  expect(model.requests.map((request) => asked(request).format)).toEqual([true, false, true]);
});

test("a model that never fits fails with OUTPUT_INVALID; a provider that refuses both forms, and a wrong key, are refusals", async () => {
  const bad = await play({}, { text: '{"tasks": []}' }, submit({ tasks: [] }));
  expect(bad.result.failure).toEqual({
    code: "OUTPUT_INVALID",
    message:
      "The model gave 4 answers, and none fits the schema. The last one: The list is empty; at least one entry is needed.",
  });
  expect(bad.model.requests).toHaveLength(4);
  const both = await play({}, refused);
  expect(both.result.failure).toMatchObject({ code: "MODEL_REFUSED" });
  expect(both.model.requests).toHaveLength(2);
  const key = await play({}, { status: 401, body: { error: { message: "wrong key" } } });
  expect(key.result.failure).toMatchObject({ code: "MODEL_REFUSED" });
  expect(key.model.requests).toHaveLength(1);
  const cut = await play({}, { text: '{"tasks": [{', finish: "length" });
  expect(cut.result.failure?.message).toContain("The answer was cut off.");
});

test("a list at the top travels inside an object, references included", async () => {
  const list = { type: "array", items: { $ref: "#/$defs/name" }, $defs: { name: { type: "string" } } };
  const { result, model } = await play({ schema: list }, { text: JSON.stringify({ result: ["a", "b"] }) });
  expect(result.outputs).toEqual({ plan_json: '["a","b"]' });
  const sent = model.requests[0] as ModelRequest & { response_format: { json_schema: { schema: object } } };
  expect(sent.response_format.json_schema.schema).toMatchObject({
    type: "object",
    properties: { result: { type: "array" } },
    $defs: { name: { type: "string" } },
  });
  const empty = await play({ schema: list, method: "tool_use" }, submit({ result: [] }), submit({ result: ["c"] }));
  expect(empty.result).toMatchObject({ outputs: { plan_json: '["c"]' }, turns: 2 });
});

test("a pattern that never ends does not hold the process, and a schema that cannot be checked says why", async () => {
  const evil = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } }, required: ["a"] };
  const { result } = await play(
    { schema: evil },
    { text: JSON.stringify({ a: `${"a".repeat(40)}b` }) },
    submit({ a: "aaa" }),
  );
  expect(result).toMatchObject({ outcome: "completed", outputs: { plan_json: '{"a":"aaa"}' }, turns: 2 });
  const strange = await play({ schema: { ...evil, if: {} } }, { text: "{}" });
  expect(strange.result.failure).toMatchObject({
    code: "PIPELINE_INVALID",
    message: expect.stringContaining("if/then/else"),
  });
  expect(strange.model.requests).toHaveLength(0);
});

test("the demo model honours the schema, refuses it, and breaks it first, each on demand", async () => {
  const demo = await startDemoModel({ key: "rk-of-this-run", chunkDelayMs: 0 });
  stage.closing.push(() => demo.stop());
  const gateway = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const headers = { authorization: request.headers.authorization ?? "" };
    const path = (request.url ?? "").replace("/v1/llm/demo", "");
    const answer = await fetch(`${demo.url}${path}`, { method: "POST", headers, body: Buffer.concat(chunks) });
    const type = answer.headers.get("content-type") ?? "";
    response.writeHead(answer.status, { "content-type": type, "x-request-id": "r" });
    response.end(await answer.text());
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  stage.closing.push(async () => void gateway.close());
  for (const [modelId, turns] of [
    ["demo-agent", 1],
    ["demo-no-format", 1],
    ["demo-broken-json", 2],
  ] as const) {
    const side = stage.engineSide(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    side.start();
    const command = structuredStep(side, { model: { modelId, providerId: "demo" } });
    await side.send(command);
    const result = await side.untilResult(command.commandId);
    expect(result, modelId).toMatchObject({ outcome: "completed", turns });
    expect(JSON.parse(result.outputs.plan_json ?? "")).toMatchObject({ tasks: [{ hours: 1 }, { hours: 1 }] });
  }
});
