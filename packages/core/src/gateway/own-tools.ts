/**
 * The provider runs nothing and fetches nothing for a call: what an agent does outside goes through its sandbox, whose network rules a
 * provider's own tools know nothing of. Tools that the agent runs itself pass, and so does what it sends of files.
 */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { isObject, type Json, plainKey, valuesOf, visitFields } from "./body-fields.ts";
import { familyOf } from "./wires.ts";

/** Judged by the word, like the names of models. SGLang's and vLLM's logit processors are code that comes with the call. */
const serverSide =
  /(?<!beam)search|mcp|connector|datasource|codeinterpreter|codeexecution|urlcontext|grounding|webfetch|plugin|builtin|servertool|logits?processor/;
/** Anthropic's machine for its own tools, and what is installed on it. */
const serverSideNames = new Set(["container", "skills"]);

/** Anthropic's tools that its clients run: the provider knows their schemas only. */
const anthropicClientTool = /^(bash|text_editor|computer|computer_toolset|memory)_\d{8}$/;
const openaiToolFields = new Set(["type", "function", "custom", "strict", "cachecontrol"]);
const googleToolFields = new Set(["functiondeclarations", "computeruse"]);

/** Parts of a message whose values are a file, or on some servers its address. */
const files = new Set(["file", "filedata", "inputaudio", "image", "video", "audio"]);

/** Throws BAD_REQUEST. */
export function checkOwnTools(json: Json, wire: ProviderWire): void {
  for (const body of bodiesOf(json)) {
    for (const tools of valuesOf(body, "tools")) {
      checkTools(tools, wire);
    }
    for (const name of ["messages", "contents", "system", "systeminstruction"]) {
      valuesOf(body, name).forEach(checkContent);
    }
  }
  visitFields(json, wire, (key, plain) => {
    if (serverSide.test(plain) || serverSideNames.has(plain)) {
      throw refused(key);
    }
  });
}

function bodiesOf(json: Json): Json[] {
  return [json, ...valuesOf(json, "extrabody").filter(isObject).flatMap(bodiesOf)];
}

function checkTools(tools: unknown, wire: ProviderWire): void {
  for (const tool of Array.isArray(tools) ? tools : [tools]) {
    if (!Array.isArray(tools) || !isObject(tool)) {
      throw new Fault("BAD_REQUEST", "Tools are a list of objects.");
    }
    const foreign = foreignIn(tool, wire);
    if (foreign !== undefined) {
      throw refused(typeof foreign === "string" ? foreign : JSON.stringify(foreign));
    }
  }
}

/** What makes the tool one of the provider's; undefined for one that the agent runs. */
function foreignIn(tool: Json, wire: ProviderWire): unknown {
  const types = valuesOf(tool, "type");
  const keyBeside = (allowed: ReadonlySet<string>) => Object.keys(tool).find((key) => !allowed.has(plainKey(key)));
  switch (familyOf(wire)) {
    case "openai": {
      const named = types.length === 0 ? ["a tool without a type"] : types;
      return named.find((type) => type !== "function" && type !== "custom") ?? keyBeside(openaiToolFields);
    }
    case "anthropic":
      return types.find((type) => type !== "custom" && !(typeof type === "string" && anthropicClientTool.test(type)));
    case "google":
      return keyBeside(googleToolFields);
  }
}

/** Messages, or parts of them, and what tools answered with; the values that functions are called with are text. */
function checkContent(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(checkContent);
    return;
  }
  if (!isObject(value)) {
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const plain = plainKey(key);
    if (["content", "parts", "functionresponse"].includes(plain)) {
      checkContent(inner);
    } else if (namesAddress(plain, inner)) {
      throw new Fault(
        "BAD_REQUEST",
        `The provider is not asked to fetch anything: send the file itself in place of ${JSON.stringify(key.slice(0, 60))}.`,
      );
    } else if (plain === "source" && isObject(inner)) {
      checkContent(inner);
    }
  }
}

/** `image_url` and its like, Google's `fileData`, Anthropic's `source: { type: "url" }`, and a file's data that is an address. */
function namesAddress(plain: string, value: unknown): boolean {
  if (plain.endsWith("url")) {
    const given = isObject(value) ? valuesOf(value, "url") : [value];
    return given.some((url) => url !== null && (typeof url !== "string" || !/^data:/i.test(url)));
  }
  if (!files.has(plain)) {
    return false;
  }
  if (plain === "filedata" && isObject(value)) {
    return true;
  }
  const texts = typeof value === "object" && value !== null ? Object.values(value) : [value];
  return texts.some((text) => typeof text === "string" && /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text));
}

function refused(name: string): Fault {
  return new Fault(
    "BAD_REQUEST",
    `Tools and connectors that the provider runs are not offered: leave ${JSON.stringify(name.slice(0, 60))} out. Agents have their own tools, and what goes outside goes through their sandbox.`,
  );
}
