/** Verbs of the noun `budgets`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { deleteBudget } from "./delete.ts";
import { putBudget } from "./put.ts";
import { getBudget, listBudgets } from "./read.ts";

export const budgetVerbs: VerbsOf<Contracts["budgets"]> = {
  list: listBudgets,
  put: putBudget,
  get: getBudget,
  delete: deleteBudget,
};
