/**
 * Group commit: changes that come while a tenant's transaction is under way go together into its next one. A lone change is written
 * at the end of its turn of the event loop, so grouping costs no time when there is none to win.
 */
import type { Deps } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import { LostRun, StaleState } from "../lib/errors.ts";
import type { HeldKey } from "./claim.ts";
import { isLost } from "./fence.ts";
import { accompaniedStatement, type Change, groupStatement, type LoneTransition, staleState } from "./transition.ts";

interface Waiting {
  change: LoneTransition;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Changes per transaction; bounds how long one holds its rows. */
const maxGroup = 64;

export class TransitionWriter {
  readonly #deps: Pick<Deps, "db">;
  /** By tenant; an entry exists while a transaction of the tenant is under way. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(deps: Pick<Deps, "db">) {
    this.#deps = deps;
  }

  /**
   * Resolves when the change is committed. Throws LostRun when the epoch has moved on, StaleState when the step is not where it should
   * be or the pause is not wanted any more; nothing of the change is done then. A run has at most one change under way.
   */
  write({ tenantId, runId, epoch }: HeldKey, { also = [], ...parts }: Change): Promise<void> {
    const change = { ...parts, tenantId, runId, epoch };
    return also.length > 0 ? this.#writeAccompanied(change, also) : this.#writeGrouped(change);
  }

  /** In a transaction of its own: it would hold up the others of a group, and take them with it when the run is lost. */
  async #writeAccompanied(change: LoneTransition, also: readonly Statement[]): Promise<void> {
    try {
      await tenantPipeline(this.#deps.db, change.tenantId, [accompaniedStatement(change, now()), ...also]);
    } catch (error) {
      throw faultOf(change, error);
    }
  }

  #writeGrouped(change: LoneTransition): Promise<void> {
    const { tenantId } = change;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(tenantId);
      if (waiting) {
        waiting.push({ change, resolve, reject });
      } else {
        this.#waiting.set(tenantId, [{ change, resolve, reject }]);
        // Those that the same answer of Redis has led to come in this turn of the event loop.
        setImmediate(() => void this.#run(tenantId));
      }
    });
  }

  async #run(tenantId: string): Promise<void> {
    const waiting = this.#waiting.get(tenantId) ?? [];
    while (waiting.length > 0) {
      await this.#commit(tenantId, waiting.splice(0, maxGroup));
    }
    this.#waiting.delete(tenantId);
  }

  async #commit(tenantId: string, group: readonly Waiting[]): Promise<void> {
    try {
      const changes = group.map(({ change }) => change);
      const [rows = []] = await tenantPipeline(this.#deps.db, tenantId, [groupStatement(changes, now())]);
      const changed = new Set(rows.map((row) => row.runId));
      for (const { change, resolve, reject } of group) {
        if (changed.has(change.runId)) {
          resolve();
        } else {
          reject(new LostRun(change.runId));
        }
      }
    } catch (error) {
      await this.#afterFault(tenantId, group, error);
    }
  }

  /** One change that Postgres refuses takes nothing with it: each is tried alone. When Postgres is away, all of them fail. */
  async #afterFault(tenantId: string, group: readonly Waiting[], error: unknown): Promise<void> {
    const [first, ...others] = group;
    if (first && others.length === 0) {
      first.reject(faultOf(first.change, error));
      return;
    }
    if (!isRefusal(error)) {
      for (const { reject } of group) {
        reject(error);
      }
      return;
    }
    for (const one of group) {
      await this.#commit(tenantId, [one]);
    }
  }
}

function faultOf({ runId, end, start }: LoneTransition, error: unknown): unknown {
  if (isLost(error)) {
    return new LostRun(runId);
  }
  const step = end?.id ?? start?.id;
  const what = step === undefined ? `the pause of ${runId}` : `step ${step}`;
  return (error as { code?: string }).code === staleState ? new StaleState(what) : error;
}

/** An answer of Postgres about data or conditions (SQLSTATE classes 22, 23 …), as opposed to a lost or closing connection (08, 57P). */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
}
