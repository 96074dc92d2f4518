/** tRPC's side of a call: context, error format, and the procedure of one contract. */
import { Fault } from "@djinnbot/contracts";
import { initTRPC, TRPCError } from "@trpc/server";
import type { ApiConfig } from "./config.ts";
import { toFault, trpcCodes } from "./fault.ts";
import { type CallOperation, invoke } from "./invoke.ts";
import type { ApiRequest } from "./request.ts";
import type { FaultData } from "./router-type.ts";

export interface TrpcContext {
  api: ApiRequest;
  limit: ApiConfig["requestLimit"];
  /** Headers of the answer. */
  headers: Headers;
}

export const t = initTRPC.context<TrpcContext>().create({
  isServer: true,
  isDev: false,
  errorFormatter: ({ shape, error, ctx }) => {
    const fault: FaultData = faultData(error, ctx?.api.requestId ?? "");
    return { ...shape, message: messageOf(error), data: { ...shape.data, fault } };
  },
});

/** The procedure of a contract: GET is a query, everything else a mutation. The contract parses the input inside `call`. */
export function procedureOf(operation: CallOperation) {
  const resolve = async ({ ctx, input }: { ctx: TrpcContext; input: unknown }) => {
    try {
      return await invoke(ctx.api, { operation, input, limit: ctx.limit, headers: ctx.headers });
    } catch (error) {
      const fault = toFault(error, { log: ctx.api.log, requestId: ctx.api.requestId, operation: operation.name });
      throw new TRPCError({ code: trpcCodes[fault.code], message: fault.message, cause: fault });
    }
  };
  const base = t.procedure.input((value: unknown) => value);
  return operation.contract.method === "GET" ? base.query(resolve) : base.mutation(resolve);
}

/** What tRPC itself refuses (unknown procedure, bad JSON) has no fault of ours as its cause. */
function faultData(error: TRPCError, requestId: string): FaultData {
  const { cause } = error;
  if (cause instanceof Fault) {
    return {
      code: cause.code,
      detail: cause.details ?? cause.message,
      requestId,
      retryAfterSec: cause.retryAfterSec ?? null,
    };
  }
  const known = Object.entries(trpcCodes).find(([, code]) => code === error.code)?.[0];
  const code = (known ?? (error.code === "INTERNAL_SERVER_ERROR" ? "INTERNAL" : "BAD_REQUEST")) as FaultData["code"];
  return { code, detail: messageOf(error), requestId, retryAfterSec: null };
}

function messageOf(error: TRPCError): string {
  if (error.cause instanceof Fault) {
    return error.message;
  }
  return error.code === "INTERNAL_SERVER_ERROR" ? "Something went wrong on our side." : error.message;
}
