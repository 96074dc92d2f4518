/** Verbs of the noun `tenants`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { myTenant } from "./me.ts";
import { updateTenant } from "./update.ts";

export const tenantVerbs: VerbsOf<Contracts["tenants"]> = { me: myTenant, update: updateTenant };
