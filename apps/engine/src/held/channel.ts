/** Talking on a run's streams directly: commands to its workload, and events that need no record. */
import type { RunCommand, RunEventBody } from "@djinnbot/contracts";
import { envelop, publish, publishAll, type RunAddress, runCommands, runEvents } from "@djinnbot/events";
import type { HeldRun } from "./held-run.ts";
import type { Resources } from "./resources.ts";

type Without<T> = T extends unknown
  ? Omit<T, "v" | "id" | "tenantId" | "requestId" | "at" | "runId" | "sessionId">
  : never;
export type CommandBody = Without<RunCommand>;

/** Sends commands in order; those of many runs that are ready in the same moment leave in one write. */
export async function sendCommands(
  resources: Resources,
  run: Pick<HeldRun, "tenantId" | "runId" | "requestId">,
  commands: readonly { sessionId: string; body: CommandBody }[],
): Promise<void> {
  const messages = commands.map(({ sessionId, body }) => envelop(run, { ...body, runId: run.runId, sessionId }));
  await publishAll(resources.deps.redis, runCommands, run, messages);
}

/** Tells the people who watch the run; lost when Redis is away. */
export function narrate(
  resources: Resources,
  run: Pick<HeldRun, "tenantId" | "runId" | "requestId">,
  body: RunEventBody,
): void {
  const address: RunAddress = run;
  publish(resources.deps.redis, runEvents, address, envelop(run, body)).catch((error: Error) =>
    resources.log.debug({ err: error.message, type: body.type }, "an event was not told"),
  );
}
