/** The agent's process: reads its environment, takes steps from the engine, works, answers. */
import { createLog } from "@djinnbot/config";
import type { AgentStepCommand } from "@djinnbot/contracts";
import { Conversation } from "./context/conversation.ts";
import type { StepControl } from "./control.ts";
import { openWayOut } from "./door.ts";
import { readEnv } from "./env.ts";
import { openLink } from "./link.ts";
import { NarrationQueue, narrateStep } from "./narrator.ts";
import { runStep } from "./step.ts";
import { Worker } from "./worker.ts";

export function startRuntime(): void {
  const env = readEnv();
  const address = { tenantId: env.TENANT_ID, runId: env.RUN_ID };
  const log = createLog({ service: "runtime", instance: env.SESSION_ID, level: env.LOG_LEVEL }).child({
    tenant_id: env.TENANT_ID,
    run_id: env.RUN_ID,
    agent_id: env.AGENT_ID,
  });
  const conversation = new Conversation();
  const wayOut = openWayOut(env, log);
  const link = openLink({
    url: env.REDIS_URL,
    path: wayOut.redisPath,
    address,
    cursor: env.COMMAND_CURSOR,
    log,
    onUp: () => worker.announce(),
  });
  const queue = new NarrationQueue(link.narrate);

  async function run(command: AgentStepCommand, signal: AbortSignal, control: StepControl) {
    const { commandId, stepId, attempt } = command;
    const narrator = narrateStep({ queue, ...address, requestId: commandId.slice(0, 128), stepId, attempt });
    const result = await runStep({ env, wayOut, command, conversation, narrator, signal, control });
    narrator.flush();
    // What people see comes before the result that ends the step, unless Redis is away.
    await queue.drain(500);
    return result;
  }

  const worker = new Worker({
    ...address,
    sessionId: env.SESSION_ID,
    pid: process.pid,
    repeatMs: 3000,
    idleMs: env.IDLE_TIMEOUT_MS,
    log,
    tell: link.tell,
    run,
    exit: (reason) => {
      log.info({ reason }, "runtime exits");
      queue.close();
      link.close();
      process.exit(0);
    },
  });

  process.on("SIGTERM", () => worker.stop("SIGTERM"));
  process.on("SIGINT", () => worker.stop("SIGINT"));
  process.on("unhandledRejection", (error) => log.error({ err: (error as Error)?.message }, "unhandled rejection"));
  void link.read((command) => worker.handle(command));
}
