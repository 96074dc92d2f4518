/** A call's share of the budgets while it is under way: held, renewed, moved to another model, given back. */
import type { Deps } from "../ctx.ts";
import { lineageOf } from "../run/lineage.ts";
import { tellRefusal } from "./notify.ts";
import {
  type BudgetState,
  type Estimate,
  releaseReservation,
  renewReservation,
  reservationMs,
  reserve,
} from "./reserve.ts";
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
export interface Hold<S extends Estimate> {
  /** The reservation to settle; null when no budget applies. */
  readonly id: string | null;
  /** What is held; null when no budget applies. */
  readonly share: S | null;
  /** Holds for another model instead. Throws LIMIT when that does not fit; then the old share stays. */
  move(model: string, shares: readonly [S, ...S[]]): Promise<void>;
  /** The call is over and written down, or its reservation goes with what is. */
  end(): void;
  /** Nothing was spent. Never throws: what stays lapses by itself. */
  release(): Promise<void>;
}

/** Holds the first of the shares that fits. Throws LIMIT, with words for people, when a hard limit holds none of them. */
export async function holdBudget<S extends Estimate>(
  options: HoldOptions,
  model: string,
  shares: readonly [S, ...S[]],
): Promise<Hold<S>> {
  const { deps, tenantId } = options;
  const parents = await lineageOf(deps.db, tenantId, options.runId);
  const subjects = subjectsOf({ ...options, parents });
  let id: string | null = null;
  let held: S | null = null;
  const take = async (wanted: string, amounts: readonly [S, ...S[]]) => {
    let refusedBy: BudgetState | undefined;
    const now = Date.now();
    for (const estimate of amounts) {
      const known = id === null ? {} : { id };
      const reserved = await reserve(deps.db, { tenantId, subjects, model: wanted, estimate, now, ...known });
      if (!("refusedBy" in reserved)) {
        id = reserved.id;
        held = id === null ? null : estimate;
        return;
      }
      ({ refusedBy } = reserved);
    }
    if (refusedBy) {
      const fault = budgetFault(refusedBy, now);
      await tellRefusal(deps, options, refusedBy, fault.message);
      throw fault;
    }
  };
  await take(model, shares);
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
    get share() {
      return held;
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
