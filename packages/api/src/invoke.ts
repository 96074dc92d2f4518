/** One call of an operation as both edges make it: budget, idempotency, then the verb. */
import { type Caller, call } from "@djinnbot/core";
import type { ApiConfig } from "./config.ts";
import { once } from "./idempotency.ts";
import { type Budget, spendRequest } from "./limit.ts";
import type { ApiRequest } from "./request.ts";
import type { Operation } from "./routes.ts";

export interface Invocation {
  output: unknown;
  /** The answer of an earlier request with the same Idempotency-Key. */
  replayed: boolean;
  budget: Budget | null;
}
type CallOperation = Extract<Operation, { contract: { kind: "call" } }>;

/** Calls the operation. Throws what authentication, limits and the verb throw. */
export async function invoke(
  api: ApiRequest,
  options: {
    operation: CallOperation;
    input: unknown;
    limit: ApiConfig["requestLimit"];
    onBudget?: (budget: Budget | null) => void;
  },
): Promise<Invocation> {
  const { operation, input } = options;
  const caller: Caller = operation.contract.scope === "public" ? await api.publicCaller() : await api.caller();
  const budget = await spendRequest(caller, options.limit);
  options.onBudget?.(budget);
  const work = () => call(caller, operation.noun, operation.verb, input);
  if (operation.contract.method === "GET") {
    return { output: await work(), replayed: false, budget };
  }
  const key = api.request.headers.get("idempotency-key");
  return { ...(await once(caller, { key, operation: operation.name, input }, work)), budget };
}
