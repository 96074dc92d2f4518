/** Verbs of the noun `network`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { allowHost } from "./allow.ts";
import { listRefusals } from "./refusals.ts";

export const networkVerbs: VerbsOf<Contracts["network"]> = { refusals: listRefusals, allow: allowHost };
