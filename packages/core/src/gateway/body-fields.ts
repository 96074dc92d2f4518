/** Walks the fields of a model call's body that providers read; what people, tools and schemas say in it is text to them. */
import type { ProviderWire } from "@djinnbot/contracts";
import { familyOf } from "./wires.ts";

export type Json = Record<string, unknown>;

/** By the place where a wire has them, with keys as `plainKey` writes them: the conversation, schemas and examples. */
const content: Record<ReturnType<typeof familyOf>, ReadonlySet<string>> = {
  openai: new Set([
    "messages.*",
    "tools.*.function.parameters",
    "functions.*.parameters",
    "responseformat.schema",
    "responseformat.jsonschema.schema",
    "responseformat.structures.*.schema",
    // vLLM's, SGLang's and llama.cpp's.
    "structuredoutputs.json",
    "guidedjson",
    "jsonschema",
  ]),
  anthropic: new Set([
    "messages.*",
    "tools.*.inputschema",
    "tools.*.inputexamples",
    "outputformat.schema",
    "outputconfig.format.schema",
  ]),
  google: new Set([
    "contents.*",
    ...["parameters", "parametersjsonschema", "response", "responsejsonschema"].map(
      (name) => `tools.*.functiondeclarations.*.${name}`,
    ),
    "generationconfig.responseschema",
    "generationconfig.responsejsonschema",
  ]),
};

/** Some servers take a key in any case, and in letters that only look another way. */
export function plainKey(key: string): string {
  return key.normalize("NFKC").toLowerCase().replace(/[_-]/g, "");
}

/** The values of all keys that a server might take for `name`, which is plain. */
export function valuesOf(json: Json, name: string): unknown[] {
  return Object.entries(json)
    .filter(([key, value]) => plainKey(key) === name && value !== null)
    .map(([, value]) => value);
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Calls `visit` for every field outside the content that asks for something; what is null or false asks for nothing. */
export function visitFields(json: Json, wire: ProviderWire, visit: (key: string, plain: string) => void): void {
  const skipped = content[familyOf(wire)];
  const walk = (value: unknown, path: string): void => {
    if (skipped.has(path)) {
      return;
    }
    if (Array.isArray(value)) {
      for (const item of value) {
        walk(item, `${path}.*`);
      }
    } else if (isObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        const plain = plainKey(key);
        if (inner !== null && inner !== false) {
          const place = path === "" ? plain : `${path}.${plain}`;
          visit(key, plain);
          // What stands in there is merged into the body by servers that know it.
          walk(inner, place === "extrabody" ? "" : place);
        }
      }
    }
  };
  walk(json, "");
}
