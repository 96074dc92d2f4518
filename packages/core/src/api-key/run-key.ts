/** Keys of workloads: made with a session, gone with it. */
import { newId, runKeyScopes } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
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
export async function createRunKey(deps: Deps, options: RunKeyOptions): Promise<{ key: string }> {
  const key = newToken("runKey");
  await withTenant(deps.db, options.tenantId, (tx) =>
    tx.apiKey.create({
      data: {
        id: newId("apiKey"),
        kind: "run",
        runId: options.runId,
        sessionId: options.sessionId,
        agentId: options.agentId,
        name: `session ${options.sessionId}`,
        keyHash: key.hash,
        keyPrefix: key.shown,
        scopes: [...runKeyScopes],
        expiresAt: options.expiresAt,
        createdAt: Date.now(),
      },
      select: { id: true },
    }),
  );
  return { key: key.token };
}

/** Deletes the keys of a session; answers how many there were. */
export async function deleteRunKeys(deps: Deps, options: { tenantId: string; sessionId: string }): Promise<number> {
  const { count } = await withTenant(deps.db, options.tenantId, (tx) =>
    tx.apiKey.deleteMany({ where: { kind: "run", sessionId: options.sessionId } }),
  );
  return count;
}
