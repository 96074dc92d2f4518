/** Verbs of the noun `llmCalls`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { createLlmCall } from "./create.ts";
import { listLlmCalls } from "./list.ts";

export const llmCallVerbs: VerbsOf<Contracts["llmCalls"]> = { list: listLlmCalls, create: createLlmCall };
