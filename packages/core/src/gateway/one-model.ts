/** A call names one model, the one that was checked and that its share of the budgets is held for. */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { type Json, visitFields } from "./body-fields.ts";
import { familyOf } from "./wires.ts";

/**
 * By which wires, and servers behind a compatible one, are told of further models: lists of them (`models`), routes and presets that choose
 * one. Judged by the word, so that tomorrow's field is refused, too.
 */
const choosing = /model|fallback|preset|route|routing|loadbalanc|deployment|adapter|^lora|^litellm/;
/** The same in words that are too common to be looked for in others: LiteLLM's, and of servers that have several engines. */
const choosingNames = new Set([
  ...["promptid", "promptvariables", "promptversion", "promptlabel", "tags", "userconfig", "customllmprovider"],
  ...["engine", "engineid", "compoundcustom"],
]);
/** Another server, or another account at it. */
const elsewhere = /apibase|apikey|byok|credential|endpoint|(url|uri|host)s?$|webhook|callback|^kvtransfer/;
const elsewhereNames = new Set(["headers", "extraheaders", "extraquery"]);
/** Of OpenRouter: whether another host of the same model may answer. */
const harmless = new Set(["allowfallbacks"]);
/** Parts of a name by which servers behind a compatible wire ask several models, a preset's, or the web. */
const severalInName = /,|@preset\/|:online(:|$)/i;

/** Throws BAD_REQUEST. Looks past the conversation, so it is cheap for every body. */
export function checkNamesOneModel(json: Json, model: string, wire: ProviderWire): void {
  if (severalInName.test(model)) {
    throw refused(model);
  }
  // Google's has the model in the path.
  const { model: _, ...rest } = json;
  visitFields(familyOf(wire) === "google" ? json : rest, wire, (key, plain) => {
    if (harmless.has(plain)) {
      return;
    }
    if (choosing.test(plain) || choosingNames.has(plain)) {
      throw refused(key);
    }
    if (elsewhere.test(plain) || elsewhereNames.has(plain)) {
      throw new Fault("BAD_REQUEST", `A call goes to its provider with its own key: leave ${quoted(key)} out.`);
    }
  });
}

function refused(name: string): Fault {
  const words = `A call names one model: leave ${quoted(name)} out.`;
  return new Fault(
    "BAD_REQUEST",
    `${words} Which models are asked when one is down is set under Settings → Providers.`,
  );
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
