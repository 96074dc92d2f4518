/** A call's share of the budgets while it is under way: held, renewed, moved to another model, given back. */
import type { Deps } from "../ctx.ts";
import { lineageOf } from "../run/lineage.ts";
import { tellRefusal } from "./notify.ts";
import { type Estimate, releaseReservation, renewReservation, reservationMs, reserve } from "./reserve.ts";
import { subjectsOf } from "./subject.ts";
import { budgetFault } from "./words.ts";

export interface HoldOptions {
  deps: Deps;
  tenantId: string;
  requestId: string;
  runId: string;
  agentId: string;
  step: { stepId: string } | null;
}
export interface Hold {
  /** The reservation to settle; null when no budget applies. */
  readonly id: string | null;
  /** Holds for another model instead. Throws LIMIT when that does not fit; then the old share stays. */
  move(model: string, estimate: Estimate): Promise<void>;
  /** The call is over and written down, or its reservation goes with what is. */
  end(): void;
  /** Nothing was spent. Never throws: what stays lapses by itself. */
  release(): Promise<void>;
}

/** Throws LIMIT, with words for people, when a hard limit does not hold the call. */
export async function holdBudget(options: HoldOptions, model: string, estimate: Estimate): Promise<Hold> {
  const { deps, tenantId } = options;
  const parents = await lineageOf(deps.db, tenantId, options.runId);
  const subjects = subjectsOf({ ...options, parents });
  let id: string | null = null;
  const take = async (wanted: string, amount: Estimate) => {
    const now = Date.now();
    const known = id === null ? {} : { id };
    const reserved = await reserve(deps.db, { tenantId, subjects, model: wanted, estimate: amount, now, ...known });
    if ("refusedBy" in reserved) {
      const fault = budgetFault(reserved.refusedBy, now);
      await tellRefusal(deps, options, reserved.refusedBy, fault.message);
      throw fault;
    }
    id = reserved.id;
  };
  await take(model, estimate);
  const renew = () => {
    if (id !== null) {
      renewReservation(deps.db, tenantId, id).catch((error: Error) =>
        deps.log.warn({ err: error.message }, "a call's share of its budgets is renewed later"),
      );
    }
  };
  const timer = setInterval(renew, reservationMs / 3).unref();
  const end = () => clearInterval(timer);
  return {
    get id() {
      return id;
    },
    move: take,
    end,
    release: async () => {
      end();
      if (id !== null) {
        await releaseReservation(deps.db, tenantId, id).catch((error: Error) =>
          deps.log.warn({ err: error.message }, "a call's share of its budgets lapses by itself"),
        );
      }
    },
  };
}
