/** Remembers what the proxy has refused, where no workload can write: people open hosts from this list. */
import type { EgressRefusal } from "@djinnbot/contracts";
import { tenantPipeline } from "@djinnbot/db";
import type { Deps } from "../ctx.ts";
import type { Place } from "./rules.ts";

/** How long a refusal is shown and kept. */
export const refusalsMs = 7 * 24 * 3_600_000;
/** Places kept of an agent: those it was refused last. */
const maxPlaces = 200;

export interface Refusal {
  place: Place;
  reason: EgressRefusal;
  /** Id, not slug. */
  agentId: string;
  runId: string;
  stepId: string;
  at: number;
}

/** Each place of an agent once, the newest refusal; what an agent was refused long ago makes room. */
export async function recordRefusal({ db }: Pick<Deps, "db">, tenantId: string, refusal: Refusal): Promise<void> {
  const { place, reason, agentId, runId, stepId, at } = refusal;
  await tenantPipeline(db, tenantId, [
    {
      text: `INSERT INTO refused_places AS kept (agent_id, host, port, reason, run_id, step_id, refused_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, agent_id, host, port) DO UPDATE SET
          reason = excluded.reason, run_id = excluded.run_id, step_id = excluded.step_id, refused_at = excluded.refused_at,
          times = CASE WHEN kept.refused_at > $8 THEN kept.times + 1 ELSE 1 END`,
      values: [agentId, place.host, place.port, reason, runId, stepId, at, at - refusalsMs],
    },
    {
      text: `DELETE FROM refused_places WHERE (agent_id, host, port) IN (
        SELECT agent_id, host, port FROM refused_places WHERE agent_id = $1 ORDER BY refused_at DESC, host, port OFFSET ${maxPlaces})`,
      values: [agentId],
    },
  ]);
}
