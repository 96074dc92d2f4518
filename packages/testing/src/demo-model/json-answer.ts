/** Answers to requests that want JSON of a schema: by response format, or by a tool that must be called. */
import type { Turn } from "./playbook.ts";
import { type ChatRequest, WireError } from "./wire.ts";

type Schema = Record<string, unknown>;

/** Refuses a response format, as servers do that have never heard of it. */
export const noFormatModel = "demo-no-format";
/** Breaks off in the middle of its first answer. */
export const brokenJsonModel = "demo-broken-json";

const object = (value: unknown): Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : {};

/** The turn that such a request gets; null for all others. Throws the WireError of a model that refuses the form. */
export function jsonTurn(request: ChatRequest, options: { model: string; turn: Turn }): Turn | null {
  const format = object(request.response_format);
  const toolName = object(object(request.tool_choice).function).name;
  const tool = (request.tools ?? []).find((candidate) => candidate.function.name === toolName);
  if (format.type === "json_schema" && options.model === noFormatModel) {
    const message = "response_format of type json_schema is not supported by this model.";
    throw new WireError({ status: 400, type: "invalid_request_error", message });
  }
  const schema =
    format.type === "json_schema"
      ? object(object(format.json_schema).schema)
      : tool && object(tool.function.parameters);
  if (!schema) {
    return null;
  }
  const value = options.turn.json ?? sampleOf(schema, { root: schema, name: "value", left: { size: maxSize } });
  const isFirst = request.messages.every((message) => message.role !== "assistant");
  if (options.model === brokenJsonModel && isFirst) {
    return { text: JSON.stringify(value).slice(0, -10) };
  }
  return tool ? { calls: [{ name: tool.function.name, args: object(value) }] } : { text: JSON.stringify(value) };
}

/** More than this, values and characters together, no answer holds: a few words of schema can ask for more than there is memory. */
const maxSize = 100_000;

function spend(at: Place, size: number): number {
  at.left.size -= size;
  if (!(at.left.size >= 0)) {
    const message = `The schema asks for more than ${maxSize} values and characters.`;
    throw new WireError({ status: 400, type: "invalid_request_error", message });
  }
  return size;
}

interface Place {
  root: Schema;
  name: string;
  index?: number;
  left: { size: number };
}

/** The smallest sensible value of a schema; lists have two entries where they may. */
function sampleOf(schema: Schema, at: Place): unknown {
  spend(at, 1);
  if (typeof schema.$ref === "string") {
    const target = schema.$ref
      .split("/")
      .slice(1)
      .reduce((found, part) => object(found[part]), at.root);
    return sampleOf(target, at);
  }
  const [choice] = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const [first] = Array.isArray(schema.enum) ? schema.enum : [];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.const !== undefined || first !== undefined) {
    return schema.const ?? first;
  }
  if (choice !== undefined) {
    return sampleOf(object(choice), at);
  }
  switch (type ?? (schema.properties ? "object" : "string")) {
    case "object":
      return Object.fromEntries(
        Object.entries(object(schema.properties)).map(([name, part]) => [
          name,
          sampleOf(object(part), { ...at, name }),
        ]),
      );
    case "array": {
      const count = Math.min(Number(schema.maxItems ?? 2), Math.max(2, Number(schema.minItems ?? 0)));
      return Array.from({ length: spend(at, count) }, (_, index) => sampleOf(object(schema.items), { ...at, index }));
    }
    case "integer":
    case "number":
      return Number(schema.minimum ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return `Demo ${at.name}${at.index === undefined ? "" : ` ${at.index + 1}`}`.padEnd(
        spend(at, Number(schema.minLength ?? 0)),
        ".",
      );
  }
}
