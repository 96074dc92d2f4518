/** Keys of workloads: made with a session, gone with it. */
import { newId, runKeyScopes } from "@djinnbot/contracts";
import { tenantPipeline } from "@djinnbot/db";
import { newToken } from "../crypto/token.ts";
import type { Deps } from "../ctx.ts";

export interface RunKeyOptions {
  tenantId: string;
  runId: string;
  sessionId: string;
  agentId: string;
  /** Epoch ms after which the key is refused even if nobody deleted it. */
  expiresAt: number;
}

/** The key as the workload gets it. Fails when the run is not the tenant's. */
export async function createRunKey(deps: Pick<Deps, "db">, options: RunKeyOptions): Promise<{ key: string }> {
  const { tenantId, runId, sessionId, agentId, expiresAt } = options;
  const key = newToken("runKey");
  await tenantPipeline(deps.db, tenantId, [
    {
      name: "create-run-key",
      text: `INSERT INTO api_keys (id, kind, run_id, session_id, agent_id, name, key_hash, key_prefix, scopes, expires_at, created_at)
       VALUES ($1, 'run', $2, $3::text, $4, 'session ' || $3::text, $5, $6, $7, $8, $9)`,
      values: [
        newId("apiKey"),
        runId,
        sessionId,
        agentId,
        key.hash,
        key.shown,
        [...runKeyScopes],
        expiresAt,
        Date.now(),
      ],
    },
  ]);
  return { key: key.token };
}

/** Deletes the keys of a session; answers how many there were. */
export async function deleteRunKeys(
  deps: Pick<Deps, "db">,
  { tenantId, sessionId }: { tenantId: string; sessionId: string },
): Promise<number> {
  const text = "DELETE FROM api_keys WHERE kind = 'run' AND session_id = $1 RETURNING id";
  const [deleted] = await tenantPipeline(deps.db, tenantId, [{ text, values: [sessionId] }]);
  return deleted?.length ?? 0;
}
