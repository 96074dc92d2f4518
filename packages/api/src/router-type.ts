/** The tRPC router as a type, derived from the contracts alone: what typed clients import. */
import type { AnyContract, CallOf, Contracts, FaultBody, FaultCode, OutputOf } from "@djinnbot/contracts";
import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
} from "@trpc/server";

/** What every tRPC error carries under `data.fault`. */
export interface FaultData {
  code: FaultCode;
  detail: FaultBody["detail"];
  requestId: string;
  retryAfterSec: number | null;
}
export interface ApiErrorShape extends Omit<TRPCDefaultErrorShape, "data"> {
  data: TRPCDefaultErrorData & { fault: FaultData };
}

/** Inputs that may be left out altogether are optional arguments. */
type Input<C> = Record<never, never> extends CallOf<C> ? CallOf<C> | undefined : CallOf<C>;
interface ProcedureDef<C> {
  meta: object;
  input: Input<C>;
  output: OutputOf<C>;
}
type ProcedureOf<C> = C extends AnyContract
  ? C["method"] extends "GET"
    ? TRPCQueryProcedure<ProcedureDef<C>>
    : TRPCMutationProcedure<ProcedureDef<C>>
  : never;

export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ApiErrorShape; transformer: false },
  { [Noun in keyof Contracts]: { [Verb in keyof Contracts[Noun]]: ProcedureOf<Contracts[Noun][Verb]> } }
>;
