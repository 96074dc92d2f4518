/** What the creation of every run that another one waits for has in common: its agents, and that it is told. */
import { type OutboxMessage, outboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import type { HeldRun } from "./held-run.ts";

/** Published by the relay: it is on its way within a second, and the sweep starts pending runs anyway. */
export function childCreated(
  run: HeldRun,
  child: { runId: string; pipelineId: string; taskDescription: string },
): OutboxMessage {
  return outboxMessage(run, ["run", "tenant", "global"], { type: "RUN_CREATED", ...child });
}

export function tellStatement(messages: readonly OutboxMessage[], now: number): Statement {
  return {
    text: `INSERT INTO outbox (id, streams, run_id, message, created_at)
     SELECT m.id, ARRAY(SELECT jsonb_array_elements_text(m.streams)), m."runId", m.message, $2
     FROM jsonb_to_recordset($1::jsonb) AS m(id text, streams jsonb, "runId" text, message jsonb)`,
    values: [JSON.stringify(messages.map(({ id, streams, runId, message }) => ({ id, streams, runId, message }))), now],
  };
}

/** The child sees agents as its parent does. */
export function inheritAgents(run: HeldRun, childId: string): Statement {
  return {
    text: `INSERT INTO run_agents (run_id, slug, hash) SELECT b.id, used.slug, used.hash FROM run_agents used, runs b
     WHERE used.run_id = $1 AND b.id = $2`,
    values: [run.runId, childId],
  };
}
