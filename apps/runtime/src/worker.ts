/** The protocol with the engine: one step at a time, never the same one twice, results repeated until they are acknowledged. */
import type { Log } from "@djinnbot/config";
import type { AgentStepCommand, RunCommand } from "@djinnbot/contracts";
import { envelop } from "@djinnbot/events";
import { StepControl } from "./control.ts";
import type { StepResult } from "./step.ts";

export interface WorkerOptions {
  tenantId: string;
  runId: string;
  sessionId: string;
  pid: number;
  /** Time between two tellings of an unacknowledged result. */
  repeatMs: number;
  idleMs: number;
  log: Log;
  tell: (message: object) => Promise<boolean>;
  run: (command: AgentStepCommand, signal: AbortSignal, control: StepControl) => Promise<StepResult>;
  /** Called once, when the process is to end. */
  exit: (reason: string) => void;
}

/** Results kept for a command that comes again. */
const maxResults = 50;
/** How long the process waits for a child that does not die or a Redis that is away before it exits. */
const exitPatienceMs = 3000;
/** A longer delay would fire at once. */
const maxTimerMs = 2 ** 31 - 1;
const abortedResult: StepResult = {
  outcome: "aborted",
  outputs: {},
  summary: null,
  failure: null,
  commitHash: null,
  turns: 0,
};

type Message = object & { commandId: string };
const refOf = ({ commandId, stepId, attempt }: AgentStepCommand) => ({ commandId, stepId, attempt });

export class Worker {
  readonly #options: WorkerOptions;
  readonly #queue: AgentStepCommand[] = [];
  readonly #results = new Map<string, Message>();
  readonly #unacknowledged = new Map<string, Message>();
  #current:
    | { command: AgentStepCommand; abort: AbortController; control: StepControl; done: Promise<void> }
    | undefined;
  #stopped = false;
  #repeat: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#rest();
  }

  handle(command: RunCommand): void {
    const { tenantId, runId, sessionId } = this.#options;
    const isOurs = command.sessionId === sessionId && command.tenantId === tenantId && command.runId === runId;
    if (this.#stopped || !isOurs) {
      return;
    }
    this.#rest();
    switch (command.type) {
      case "agentStep":
        this.#begin(command);
        break;
      case "ack":
        this.#unacknowledged.delete(command.commandId);
        return;
      case "abort":
        this.#abort(command.reason);
        break;
      case "pause":
        this.#current?.control.pause();
        break;
      case "inject":
        this.#current?.control.say(command.text);
        break;
      case "shutdown":
        this.stop("shutdown");
        break;
    }
  }

  /** Tells where we stand; called whenever the line to the engine is up (again). */
  announce(): void {
    if (this.#stopped) {
      return;
    }
    this.#tell(this.#options.sessionId, { type: "ready", pid: this.#options.pid });
    for (const command of [...(this.#current ? [this.#current.command] : []), ...this.#queue]) {
      this.#accept(command);
    }
    this.#tellResults();
  }

  /** Stops the current step without telling a result, tells that we leave, and exits. */
  stop(reason: string): void {
    if (this.#stopped) {
      return;
    }
    this.#stopped = true;
    clearInterval(this.#repeat);
    clearTimeout(this.#idle);
    this.#current?.abort.abort();
    const told = Promise.resolve(this.#current?.done).then(() =>
      this.#tell(this.#options.sessionId, { type: "exiting", reason }),
    );
    const patience = new Promise((resolve) => setTimeout(resolve, exitPatienceMs));
    void Promise.race([told, patience]).then(() => this.#options.exit(reason));
  }

  #begin(command: AgentStepCommand): void {
    const { commandId } = command;
    this.#accept(command);
    const known = this.#results.get(commandId);
    if (known) {
      this.#unacknowledged.set(commandId, known);
      void this.#options.tell(known);
      return;
    }
    const isWaiting = this.#queue.some((waiting) => waiting.commandId === commandId);
    if (this.#current?.command.commandId === commandId || isWaiting) {
      return;
    }
    // The engine went on: nobody waits for the earlier results.
    this.#unacknowledged.clear();
    this.#queue.push(command);
    this.#next();
  }

  #next(): void {
    const command = this.#current || this.#stopped ? undefined : this.#queue.shift();
    if (!command) {
      this.#rest();
      return;
    }
    const { log } = this.#options;
    const abort = new AbortController();
    const control = new StepControl();
    log.info({ stepId: command.stepId, attempt: command.attempt, request_id: command.commandId }, "step begins");
    const done = this.#options.run(command, abort.signal, control).then((result) => {
      this.#current = undefined;
      if (!this.#stopped) {
        log.info({ stepId: command.stepId, outcome: result.outcome, failure: result.failure?.code }, "step ended");
        this.#finish(command, result);
        this.#next();
      }
    });
    this.#current = { command, abort, control, done };
    clearTimeout(this.#idle);
  }

  #finish(command: AgentStepCommand, result: StepResult): void {
    const { commandId } = command;
    const answer = { ...this.#wrap(commandId, { type: "stepResult", ...refOf(command), ...result }), commandId };
    this.#results.set(commandId, answer);
    const oldest = this.#results.size > maxResults ? this.#results.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#results.delete(oldest);
    }
    this.#unacknowledged.set(commandId, answer);
    void this.#options.tell(answer);
    this.#repeat ??= setInterval(() => this.#tellResults(), this.#options.repeatMs);
  }

  #abort(reason: string): void {
    this.#options.log.info({ reason }, "step is to be aborted");
    for (const command of this.#queue.splice(0)) {
      this.#finish(command, abortedResult);
    }
    this.#current?.abort.abort();
  }

  #accept(command: AgentStepCommand): void {
    this.#tell(command.commandId, { type: "stepAccepted", ...refOf(command) });
  }

  #tellResults(): void {
    for (const message of this.#unacknowledged.values()) {
      void this.#options.tell(message);
    }
  }

  #tell(requestId: string, body: object): Promise<boolean> {
    return this.#options.tell(this.#wrap(requestId, body));
  }

  #wrap(requestId: string, body: object) {
    const { tenantId, runId, sessionId } = this.#options;
    return envelop({ tenantId, requestId: requestId.slice(0, 128) }, { ...body, runId, sessionId });
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (!this.#current && !this.#stopped) {
      this.#idle = setTimeout(() => this.stop("idle"), Math.min(this.#options.idleMs, maxTimerMs));
    }
  }
}
