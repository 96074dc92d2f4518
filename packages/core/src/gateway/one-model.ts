/** A call names one model, the one that was checked and that its share of the budgets is held for. */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { familyOf } from "./wires.ts";

/**
 * By which wires, and servers behind a compatible one, are told of further models: lists of them (`models`), routes and presets that choose
 * one, tools that ask another. Judged by the word, so that tomorrow's field is refused, too.
 */
const choosing = /model|fallback|preset|route|routing|loadbalanc/;
/** The conversation and what functions take: whatever is called `model` in there is text to a provider. */
const content = new Set(["messages", "contents", "function", "functions", "functiondeclarations", "guidedjson"]);
/** Of OpenRouter: whether another host of the same model may answer. */
const harmless = new Set(["allowfallbacks"]);

/** Throws BAD_REQUEST. Looks past the conversation, so it is cheap for every body. */
export function checkNamesOneModel(json: Record<string, unknown>, wire: ProviderWire): void {
  // Google's has the model in the path.
  const { model: _, ...rest } = json;
  check(familyOf(wire) === "google" ? json : rest);
}

function check(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(check);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      checkField(key, inner);
    }
  }
}

function checkField(key: string, value: unknown): void {
  // Some servers take a key in any case, and in letters that only look another way.
  const plain = key.normalize("NFKC").toLowerCase().replace(/[_-]/g, "");
  if (value === null || content.has(plain) || harmless.has(plain) || plain.endsWith("schema")) {
    return;
  }
  if (choosing.test(plain)) {
    const told = JSON.stringify(key.slice(0, 60));
    throw new Fault(
      "BAD_REQUEST",
      `A call names one model: leave ${told} out. Which models are asked when one is down is set under Settings → Providers.`,
    );
  }
  check(value);
}
