/** One call of an operation as both edges make it: budget, idempotency, then the verb. */
import { type Caller, call } from "@djinnbot/core";
import type { ApiConfig } from "./config.ts";
import { once } from "./idempotency.ts";
import { budgetHeaders, spendRequest } from "./limit.ts";
import type { ApiRequest } from "./request.ts";
import type { Operation } from "./routes.ts";

export type CallOperation = Extract<Operation, { contract: { kind: "call" } }>;

/**
 * Calls the operation and answers its output. Throws what authentication, limits and the verb throw; `headers` of the answer are filled
 * in both cases.
 */
export async function invoke(
  api: ApiRequest,
  options: { operation: CallOperation; input: unknown; limit: ApiConfig["requestLimit"]; headers: Headers },
): Promise<unknown> {
  const { operation, input, headers } = options;
  const caller: Caller = operation.contract.scope === "public" ? await api.publicCaller() : await api.caller();
  budgetHeaders(await spendRequest(caller, options.limit, operation.name), headers);
  const work = () => call(caller, operation.noun, operation.verb, input);
  if (operation.contract.method === "GET") {
    return work();
  }
  const key = api.request.headers.get("idempotency-key");
  const onReplay = () => headers.set("idempotency-replayed", "true");
  return once(caller, { key, operation: operation.name, input, onReplay }, work);
}
