/** Verbs of the noun `system`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { systemStatus } from "./status.ts";

export const systemVerbs: VerbsOf<Contracts["system"]> = { status: systemStatus };
