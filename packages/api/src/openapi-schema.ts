/** JSON Schema of the contracts' zod schemas, with field names as on the wire; entities that have a name are shared. */
import * as named from "@djinnbot/contracts";
import { z } from "zod";
import { type Wire, wireName } from "./wire.ts";

export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  [keyword: string]: unknown;
}

type Entity = z.ZodObject | z.ZodDiscriminatedUnion;
/** Exported objects such as `Agent`, by name. */
const entities: [string, Entity][] = Object.entries(named as Record<string, unknown>).flatMap(([name, value]) =>
  /^[A-Z]/.test(name) && (value instanceof z.ZodObject || value instanceof z.ZodDiscriminatedUnion)
    ? [[name, value] as [string, Entity]]
    : [],
);
const registry = z.registry<{ id: string }>();
for (const [name, schema] of entities) {
  registry.add(schema, { id: name });
}

/** Inline JSON Schema of one side of an operation. */
export function schemaOf(schema: z.ZodType, options: { io: "input" | "output"; wire: Wire }): JsonSchema {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, {
    io: options.io,
    unrepresentable: "any",
    metadata: z.registry(),
  }) as JsonSchema;
  return rename(plain, options.wire);
}

/** Collects the entities that outputs refer to. An entity that appears in both casings gets one component for each. */
export function sharedSchemas() {
  const components: Record<string, JsonSchema> = {};
  const output = (schema: z.ZodType, wire: Wire): JsonSchema => {
    const {
      $schema: _,
      $defs = {},
      ...plain
    } = z.toJSONSchema(schema, {
      io: "output",
      unrepresentable: "any",
      metadata: registry,
    }) as JsonSchema;
    for (const [name, definition] of Object.entries($defs)) {
      components[componentName(name, wire)] = relink(rename(definition, wire), wire);
    }
    return relink(rename(plain, wire), wire);
  };
  output(named.FaultBody, "camel");
  return {
    output,
    resolve: (schema: JsonSchema): JsonSchema =>
      schema.$ref === undefined ? schema : (components[schema.$ref.split("/").at(-1) ?? ""] ?? schema),
    components: () => Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function componentName(id: string, wire: Wire): string {
  const schema = entities.find(([name]) => name === id)?.[1];
  const hasCasing = schema instanceof z.ZodObject && Object.keys(schema.shape).some((key) => /[A-Z]/.test(key));
  return wire === "snake" && hasCasing ? `${id}Row` : id;
}

/** Property names become those of the wire; names inside free-form JSON are no properties and stay. */
function rename(schema: JsonSchema, wire: Wire): JsonSchema {
  return walk(schema, (node) => ({
    ...node,
    ...(node.properties
      ? {
          properties: Object.fromEntries(
            Object.entries(node.properties).map(([key, value]) => [wireName(key, wire), value]),
          ),
        }
      : {}),
    ...(node.required ? { required: node.required.map((key) => wireName(key, wire)) } : {}),
  }));
}

function relink(schema: JsonSchema, wire: Wire): JsonSchema {
  return walk(schema, ({ id: _, ...node }) =>
    node.$ref?.startsWith("#/$defs/")
      ? { ...node, $ref: `#/components/schemas/${componentName(node.$ref.slice("#/$defs/".length), wire)}` }
      : node,
  );
}

/** Applies `change` to a schema and everything below it that is a schema (not to examples, defaults and enums). */
function walk(schema: JsonSchema, change: (node: JsonSchema) => JsonSchema): JsonSchema {
  const inner = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(inner)
      : typeof value === "object" && value !== null
        ? walk(value as JsonSchema, change)
        : value;
  const out: JsonSchema = { ...schema };
  for (const key of [
    "items",
    "prefixItems",
    "additionalProperties",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "propertyNames",
  ]) {
    if (key in out) {
      out[key] = inner(out[key]);
    }
  }
  if (out.properties) {
    out.properties = Object.fromEntries(
      Object.entries(out.properties).map(([key, value]) => [key, walk(value, change)]),
    );
  }
  return change(out);
}
