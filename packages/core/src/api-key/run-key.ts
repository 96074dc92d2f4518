/** Keys of workloads: made with a session, gone with it. */
import { newId, runKeyScopes } from "@djinnbot/contracts";
import type { Statement } from "@djinnbot/db";
import { newToken } from "../crypto/token.ts";

interface RunKeyOptions {
  runId: string;
  sessionId: string;
  agentId: string;
  /** Epoch ms after which the key is refused even if nobody deleted it. */
  expiresAt: number;
}

/**
 * A key, and the statement that keeps it: for the transaction that makes its session, so that no crash leaves one without the other.
 * Nothing is kept when the session is not there.
 */
export function runKeyOf(options: RunKeyOptions): { key: string; statement: Statement } {
  const { runId, sessionId, agentId, expiresAt } = options;
  const key = newToken("runKey");
  const statement = {
    name: "create-run-key",
    text: `INSERT INTO api_keys (id, kind, run_id, session_id, agent_id, name, key_hash, key_prefix, scopes, expires_at, created_at)
     SELECT $1, 'run', $2, id, $4, 'session ' || id, $5, $6, $7, $8, $9 FROM sessions WHERE id = $3`,
    values: [
      ...[newId("apiKey"), runId, sessionId, agentId, key.hash, key.shown],
      ...[[...runKeyScopes], expiresAt, Date.now()],
    ],
  };
  return { key: key.token, statement };
}

/** Deletes the keys of a session: for the transaction that closes it. */
export function deleteRunKeys(sessionId: string): Statement {
  const text = "DELETE FROM api_keys WHERE kind = 'run' AND session_id = $1 RETURNING id";
  return { name: "delete-run-keys", text, values: [sessionId] };
}
