/** The chosen model, and where it is down or refuses for capacity, the tenant's other models in their order. */
import { withTenant } from "@djinnbot/db";
import { envelop, publishToLiving, runEvents } from "@djinnbot/events";
import type { Hold } from "../budget/hold.ts";
import { redisOr } from "../limits/redis-first.ts";
import { readSettings } from "../settings/get.ts";
import { type Asking, keptTo, otherTarget, sharesFor, type Target, targetName } from "./asking.ts";
import type { Share } from "./output.ts";
import type { ModelRequest } from "./request.ts";
import { type Tried, tryModel, words } from "./try-model.ts";

type Failed = Exclude<Tried, { kind: "answer" }>;

/** When nobody answers, what the chosen model said counts. The number of tries is that of all. */
export async function tryModels(asking: Asking, first: Target, hold: Hold<Share> | null): Promise<Tried> {
  const chosen = await tryModel(asking, first);
  if (chosen.kind === "answer" || !chosen.capacity || !first.model || asking.signal.aborted) {
    return chosen;
  }
  const { fallbackModels } = await withTenant(asking.deps.db, asking.tenantId, readSettings);
  let tries = chosen.tries;
  for (const name of new Set(fallbackModels)) {
    const target = name === asking.wanted ? null : await otherTarget(asking, first, name);
    if (!target?.model || !(await fits(hold, target, target.model))) {
      continue;
    }
    await narrate(asking, target, chosen);
    const tried = await tryModel(asking, keptTo(target, hold?.share ?? null));
    if (tried.kind === "answer") {
      return tried;
    }
    tries += tried.tries;
  }
  return { ...chosen, tries };
}

/** A model that is too dear for what is left is passed over; the refusal has been told. */
async function fits(hold: Hold<Share> | null, target: Target, model: ModelRequest): Promise<boolean> {
  try {
    await hold?.move(targetName(target), sharesFor(target, model));
    return true;
  } catch (error) {
    if ((error as { failure?: string }).failure === "BUDGET_EXCEEDED") {
      return false;
    }
    throw error;
  }
}

async function narrate(asking: Asking, target: Target, failed: Failed): Promise<void> {
  const { tenantId, actor, step, wanted, deps, log } = asking;
  const to = targetName(target);
  const reason = words(failed);
  log.info({ from: wanted, to, reason }, "another model is asked instead");
  const body = {
    type: "MODEL_FALLBACK",
    runId: actor.runId,
    stepId: step?.stepId ?? null,
    from: wanted ?? "",
    to,
    reason,
  };
  const address = { tenantId, runId: actor.runId };
  await redisOr(deps, (redis) => publishToLiving(redis, runEvents, address, envelop(asking, body)), undefined);
}
