/** Verbs of the noun `prices`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { deletePrice } from "./delete.ts";
import { listPrices } from "./list.ts";
import { putPrice } from "./put.ts";

export const priceVerbs: VerbsOf<Contracts["prices"]> = { list: listPrices, put: putPrice, delete: deletePrice };
