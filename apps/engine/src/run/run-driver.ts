/** One held run. Everything that happens to it goes through one queue, so nothing about a run is ever done twice at once. */
import type { Log } from "@djinnbot/config";
import { cancelReason, isTerminal } from "@djinnbot/contracts";
import { keepRunStreams } from "@djinnbot/events";
import { commandId } from "../agent/prepare-step.ts";
import { adoptSession, loseSession, sessionReady, whyDead } from "../agent/session.ts";
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { RunEnd } from "../held/outcome.ts";
import { readRun } from "../held/read-run.ts";
import type { Resources } from "../held/resources.ts";
import type { ServerWait } from "../held/server-wait.ts";
import { now } from "../lib/clock.ts";
import type { HeldKey } from "../store/claim.ts";
import { type Failed, type LoadedRun, loadRun } from "../store/rows.ts";
import { advanceStep, beginRun } from "./advance.ts";
import { abortRun, tidyUp } from "./end-run.ts";
import { type Afterwards, endStep } from "./end-step.ts";
import { foldResult, isCurrent, timeoutMessage } from "./fold.ts";
import { askToAbort, askToPause, parkRun, pauseRun } from "./pause.ts";
import { RunQueue } from "./run-queue.ts";
import { repeatCommand } from "./start-step.ts";
import { type StatusEntry, StatusReader } from "./status-reader.ts";
import { StepTimers } from "./step-timers.ts";

/** How a driver lets go: finished (the run is over), lost (somebody else has it), gave up (nobody has it; try again later). */
export type Ending = "finished" | "lost" | "gave-up";
interface DriverOptions extends HeldKey {
  resources: Resources;
  server: ServerWait;
  onEnd: (driver: RunDriver, ending: Ending) => Promise<void>;
}

export class RunDriver {
  readonly tenantId: string;
  readonly runId: string;
  readonly epoch: number;
  readonly server: ServerWait;
  readonly #resources: Resources;
  readonly #log: Log;
  readonly #onEnd: DriverOptions["onEnd"];
  readonly #reader: StatusReader;
  readonly #queue: RunQueue;
  readonly #timers: StepTimers;
  #run: HeldRun | null = null;
  #accepted: string | null = null;

  constructor(options: DriverOptions) {
    const { resources, tenantId, runId, epoch } = options;
    this.tenantId = tenantId;
    this.runId = runId;
    this.epoch = epoch;
    this.server = options.server;
    this.#resources = resources;
    this.#onEnd = options.onEnd;
    this.#log = resources.log.child({ tenant_id: tenantId, run_id: runId, epoch });
    this.#reader = new StatusReader({
      resources,
      address: { tenantId, runId },
      log: this.#log,
      handle: (entry) => this.#queue.add(() => this.#onMessage(entry)),
    });
    this.#queue = new RunQueue({
      log: this.#log,
      recover: () => this.#resume(),
      fail: (message) => this.#fail(message),
      lost: () => this.#leave("lost"),
      giveUp: () => this.#leave("gave-up"),
      done: () => this.#arm(),
    });
    this.#timers = new StepTimers(resources.options, {
      deadline: () => this.#queue.add(() => this.#onDeadline()),
      resend: () => this.#queue.add(() => this.#repeat()),
    });
  }

  /** Begins, or goes on where whoever held the run before has stopped. */
  start(loaded: LoadedRun): void {
    this.#queue.add(() => this.#resume(loaded));
  }
  cancel(reason: string = cancelReason): void {
    this.#queue.breakOff();
    const end = { status: "cancelled", reason } as const;
    this.#queue.add(async () => (this.#run ? this.#end(this.#run, end) : undefined));
  }
  /** Follows what Postgres says: a pause comes once the agent's turn is finished, or is taken back. */
  pause(wanted: boolean): void {
    const { row } = this.#run ?? {};
    if (row && wanted !== (row.pauseRequestedAt !== null)) {
      row.pauseRequestedAt = wanted ? now() : null;
      this.#queue.add(() => this.#repeat());
    }
  }
  /** Looks whether the workload of the running step still lives; one that may not any more is ended with its step. */
  checkWorkload(doomed: { sessionId: string; failed: Failed } | null = null): void {
    this.#queue.add(() => this.#checkWorkload(doomed));
  }
  /** The session whose Redis user and workload must exist now. */
  get session(): { sessionId: string; name: string; openedAt: number; busy: boolean } | null {
    const { session, step } = this.#run ?? {};
    return session
      ? { sessionId: session.id, name: session.name, openedAt: session.openedAt, busy: step?.status === "running" }
      : null;
  }
  /** The steps that run now. */
  get running(): { run: HeldRun; step: OpenStep }[] {
    const run = this.#run;
    return run?.step?.status === "running" ? [{ run, step: run.step }] : [];
  }
  /** Stops working on the run at once, without touching it or its workload. */
  drop(): void {
    this.#queue.close();
    this.#timers.disarm();
    this.#reader.stop();
  }
  /** Lets the operation that is under way come to its end, then drops the run. */
  async release(): Promise<void> {
    this.#queue.close();
    await this.#queue.settled();
    this.drop();
  }

  async #fail(message: string): Promise<boolean> {
    if (this.#run) {
      await this.#end(this.#run, { status: "failed", code: "ENGINE_ERROR", message });
    }
    return this.#run !== null;
  }

  async #resume(known?: LoadedRun): Promise<void> {
    this.#reader.stop();
    const { runId, epoch, server } = this;
    const loaded = known ?? (await loadRun(this.#resources.deps, this));
    const { run, sessions, over } = readRun({ loaded, runId, epoch, log: this.#log, stop: this.#queue.signal, server });
    this.#run = run;
    if (isTerminal(run.row.status)) {
      return this.#finish(run, "completed");
    }
    await adoptSession(this.#resources, run, sessions);
    if (over) {
      return this.#end(run, over);
    }
    await Promise.all([this.#reader.start(run.cursor), keepRunStreams(this.#resources.deps.redis, this)]);
    await this.#begin(run);
  }

  async #begin(run: HeldRun): Promise<void> {
    if (run.row.pauseRequestedAt !== null && run.step?.status !== "running") {
      await pauseRun(this.#resources, run);
      return this.#park(run);
    }
    if (!run.step) {
      const begun = await beginRun(this.#resources, run);
      return typeof begun === "string" ? this.#follow(run, begun) : this.#end(run, begun);
    }
    if (run.step.status === "running") {
      // Behind what the status stream still holds, so that a result that is there counts before the workload's absence.
      this.#queue.add(() => this.#checkWorkload(null));
      return;
    }
    await this.#advance(run);
  }

  /** Starts queued steps and resumes waiting ones until one runs, or the run is over or waits on. */
  async #advance(run: HeldRun): Promise<void> {
    const way = await advanceStep(this.#resources, run);
    if (way !== null) {
      await this.#follow(run, way);
    }
  }

  async #follow(run: HeldRun, way: Afterwards): Promise<void> {
    switch (way) {
      case "over":
        return this.#finish(run, "completed");
      case "parked":
        return this.#park(run);
      case "next":
        return this.#advance(run);
    }
  }

  /** Whoever wakes it finds it in Postgres. */
  async #park(run: HeldRun): Promise<void> {
    this.#timers.disarm();
    this.#reader.stop();
    await parkRun(this.#resources, run);
    await this.#leave("finished");
  }

  async #onMessage({ message, entryId }: StatusEntry): Promise<void> {
    const run = this.#run;
    if (!run) {
      return;
    }
    switch (message.type) {
      case "stepResult": {
        const ended = run.step;
        const way = await foldResult(this.#resources, run, { result: message, entryId });
        if (way !== "ignored" && ended) {
          this.#resources.transcript.add(run, ended);
          await this.#follow(run, way);
        }
        return;
      }
      case "stepAccepted":
        if (isCurrent(run, message)) {
          this.#accepted = message.commandId;
        }
        return;
      case "ready":
        return sessionReady(this.#resources, run, message.sessionId);
      case "exiting":
        if (run.session?.id === message.sessionId && !run.step) {
          run.session = null;
        }
        return;
    }
  }

  /** A step whose workload is gone has failed, unless its result is on the stream already. */
  async #checkWorkload(doomed: { sessionId: string; failed: Failed } | null): Promise<void> {
    const run = this.#run;
    const { step, session } = run ?? {};
    if (!run || step?.status !== "running") {
      return;
    }
    const message = doomed ? null : await whyDead(this.#resources, session?.name ?? null);
    if (message !== null) {
      await this.#giveUpStep(run, { code: "WORKLOAD_FAILED", message });
    } else if (doomed?.sessionId === session?.id && doomed) {
      await this.#giveUpStep(run, doomed.failed);
    }
  }

  async #onDeadline(): Promise<void> {
    const run = this.#run;
    if (run?.step?.status !== "running" || (run.step.deadlineAt ?? 0) > now()) {
      return;
    }
    await askToAbort(this.#resources, run, "The step's time is over.");
    await this.#giveUpStep(run, { code: "STEP_TIMEOUT", message: timeoutMessage(run.step) });
  }

  /** Ends the workload, reads what it has said until then, and fails the step if no result was among it. */
  async #giveUpStep(run: HeldRun, failed: Failed): Promise<void> {
    const { step } = run;
    if (!step) {
      return;
    }
    await loseSession(this.#resources, run, failed);
    for (const entry of await this.#reader.rest(run.cursor)) {
      await this.#onMessage(entry);
      if (run.step?.id !== step.id || run.step.status !== "running") {
        return;
      }
    }
    const outcome = { kind: "failed", ...failed } as const;
    const way = await endStep(this.#resources, run, { step, outcome, cursor: null, ack: null });
    this.#resources.transcript.add(run, step);
    await this.#follow(run, way);
  }

  async #end(run: HeldRun, end: RunEnd): Promise<void> {
    const { step } = run;
    await abortRun(this.#resources, run, end);
    if (step?.status === "running") {
      this.#resources.transcript.add(run, step);
    }
    await this.#finish(run, end.status);
  }

  /** The run is over: give back what it held. What a crash leaves here, a sweep finds. */
  async #finish(run: HeldRun, status: "completed" | "failed" | "cancelled"): Promise<void> {
    this.#timers.disarm();
    this.#reader.stop();
    await tidyUp(this.#resources, run, status);
    await this.#leave("finished");
  }

  async #leave(ending: Ending): Promise<void> {
    this.drop();
    this.#log.info({ ending }, "let go of the run");
    await this.#onEnd(this, ending);
  }

  async #repeat(): Promise<void> {
    if (this.#run) {
      await repeatCommand(this.#resources, this.#run);
      await askToPause(this.#resources, this.#run);
    }
  }

  #arm(): void {
    if (!this.#queue.closed) {
      const { step = null } = this.#run ?? {};
      const accepted = this.#run !== null && step !== null && this.#accepted === commandId(this.#run, step);
      this.#timers.arm(step, { accepted });
    }
  }
}
