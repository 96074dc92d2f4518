/** One held run. Everything that happens to it goes through one queue, so nothing about a run is ever done twice at once. */
import type { Log } from "@djinnbot/config";
import { parsePipeline } from "@djinnbot/core/pipeline-language";
import { type Entry, parseMessage, runStatus } from "@djinnbot/events";
import { narrate, sendCommands } from "./channel.ts";
import { abortRun, type RunEnd } from "./end-run.ts";
import { endStep } from "./end-step.ts";
import { isTransient, LostRun, StepFault } from "./errors.ts";
import { foldResult, isCurrent, timeoutMessage } from "./fold.ts";
import { type HeldRun, heldRun } from "./held-run.ts";
import { commandId } from "./prepare-step.ts";
import type { Resources } from "./resources.ts";
import { adoptSession, closeSession } from "./session.ts";
import { queueFirst, repeatCommand, startStep } from "./start-step.ts";
import { StatusReader } from "./status-reader.ts";
import { loadRun } from "./store/rows.ts";
import { cleanText } from "./text.ts";
import { markSessionRunning } from "./store/sessions.ts";

/** How a driver lets go: finished (the run is over), lost (somebody else has it), gave up (nobody has it; try again later). */
export type Ending = "finished" | "lost" | "gave-up";
interface DriverOptions {
  resources: Resources;
  tenantId: string;
  runId: string;
  epoch: number;
  onEnd: (driver: RunDriver, ending: Ending) => Promise<void>;
}

/** Failures of the same kind in a row after which the run is failed; passing faults of servers do not count. */
const maxFailures = 3;

export class RunDriver {
  readonly tenantId: string;
  readonly runId: string;
  readonly epoch: number;
  readonly #resources: Resources;
  readonly #log: Log;
  readonly #onEnd: DriverOptions["onEnd"];
  readonly #reader: StatusReader;
  #run: HeldRun | null = null;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;
  #failures = 0;
  #accepted: string | null = null;
  #deadline: NodeJS.Timeout | undefined;
  #resend: NodeJS.Timeout | undefined;

  constructor(options: DriverOptions) {
    const { resources, tenantId, runId, epoch } = options;
    this.tenantId = tenantId;
    this.runId = runId;
    this.epoch = epoch;
    this.#resources = resources;
    this.#onEnd = options.onEnd;
    this.#log = resources.log.child({ tenant_id: tenantId, run_id: runId, epoch });
    this.#reader = new StatusReader({
      resources,
      address: { tenantId, runId },
      log: this.#log,
      handle: (entry) => this.#enqueue(() => this.#onEntry(entry)),
    });
  }

  /** Begins, or goes on where whoever held the run before has stopped. */
  start(): void {
    this.#enqueue(() => this.#resume());
  }
  cancel(): void {
    this.#enqueue(async () => {
      if (this.#run) {
        await this.#end(this.#run, { status: "cancelled", reason: "Somebody cancelled the run." });
      }
    });
  }
  /** Looks whether the workload of the running step still lives. */
  checkWorkload(): void {
    this.#enqueue(() => this.#checkWorkload());
  }
  /** The session whose Redis user and workload must exist now. */
  get session(): { sessionId: string; name: string; openedAt: number; busy: boolean } | null {
    const { session, step } = this.#run ?? {};
    return session
      ? { sessionId: session.id, name: session.name, openedAt: session.openedAt, busy: step?.status === "running" }
      : null;
  }
  /** Stops working on the run at once, without touching it or its workload. */
  drop(): void {
    this.#closed = true;
    this.#disarm();
    this.#reader.stop();
  }
  /** Lets the operation that is under way come to its end, then drops the run. */
  async release(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    this.drop();
  }

  #enqueue(operation: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => this.#perform(operation));
  }

  async #perform(operation: () => Promise<void>): Promise<void> {
    let next = operation;
    while (!this.#closed) {
      try {
        await next();
        this.#failures = 0;
        this.#arm();
        return;
      } catch (error) {
        if (this.#closed) {
          return;
        }
        if (error instanceof LostRun) {
          return this.#leave("lost");
        }
        next = await this.#afterFault(error as Error);
      }
    }
  }

  /** Postgres is the truth: after any fault everything is read from there again, after a pause. */
  async #afterFault(error: Error): Promise<() => Promise<void>> {
    const passing = isTransient(error);
    this.#failures += passing ? 0 : 1;
    this.#log.warn(
      { err: error.message, stack: passing ? undefined : error.stack, passing },
      "working on a run failed; again",
    );
    await new Promise((resolve) => setTimeout(resolve, passing ? 300 : 100 * 2 ** this.#failures));
    const run = this.#run;
    if (this.#failures > maxFailures + 2) {
      return () => this.#leave("gave-up");
    }
    if (this.#failures > maxFailures && run) {
      return () => this.#end(run, { status: "failed", code: "ENGINE_ERROR", message: error.message.slice(0, 1000) });
    }
    return () => this.#resume();
  }

  async #resume(): Promise<void> {
    const { deps } = this.#resources;
    this.#reader.stop();
    const loaded = await loadRun(deps, this);
    if (!loaded || loaded.run.leaseEpoch !== this.epoch) {
      throw new LostRun(this.runId);
    }
    const { document, problems, failureCode } = parsePipeline(loaded.run.pipelineYaml);
    const empty = { id: "", name: "", version: "", agents: [], steps: [] };
    const run = heldRun({ loaded, document: document ?? empty, epoch: this.epoch, log: this.#log });
    this.#run = run;
    if (["completed", "failed", "cancelled"].includes(loaded.run.status)) {
      return this.#finish(run, "completed");
    }
    if (loaded.run.cancelRequestedAt !== null) {
      await adoptSession(this.#resources, run, loaded.sessions);
      return this.#end(run, { status: "cancelled", reason: "Somebody cancelled the run." });
    }
    if (!document) {
      const message = problems
        .filter((problem) => problem.severity === "error")
        .slice(0, 5)
        .map((problem) => `line ${problem.line}: ${problem.message}`)
        .join("\n");
      return this.#end(run, { status: "failed", code: failureCode ?? "PIPELINE_INVALID", message });
    }
    await adoptSession(this.#resources, run, loaded.sessions);
    await this.#reader.start(run.cursor);
    await this.#begin(run);
  }

  async #begin(run: HeldRun): Promise<void> {
    if (!run.step) {
      try {
        await queueFirst(this.#resources, run);
      } catch (error) {
        if (error instanceof StepFault) {
          return this.#end(run, { status: "failed", code: error.code, message: error.message });
        }
        throw error;
      }
    }
    if (run.step?.status === "running") {
      // Behind what the status stream still holds, so that a result that is there counts before the workload's absence.
      this.#enqueue(() => this.#checkWorkload());
      return;
    }
    await this.#advance(run);
  }

  /** Starts queued steps until one runs or the run is over. */
  async #advance(run: HeldRun): Promise<void> {
    while (run.step?.status === "queued") {
      const { step } = run;
      try {
        await startStep(this.#resources, run);
      } catch (error) {
        if (!(error instanceof StepFault)) {
          throw error;
        }
        const outcome = { kind: "failed", code: error.code, message: error.message } as const;
        if ((await endStep(this.#resources, run, { step, outcome, cursor: null, ack: null })) === "over") {
          return this.#finish(run, "failed");
        }
      }
    }
  }

  async #onEntry(entry: Entry): Promise<void> {
    const run = this.#run;
    const parsed = parseMessage(runStatus.schema, entry.data);
    if (!run || "reason" in parsed) {
      return "reason" in parsed ? this.#reader.bury(entry, parsed.reason) : undefined;
    }
    const { message } = parsed;
    if (message.runId !== this.runId || message.tenantId !== this.tenantId) {
      return this.#reader.bury(entry, "is about another run");
    }
    switch (message.type) {
      case "stepResult": {
        const ended = run.step;
        const way = await foldResult(this.#resources, run, { result: message, entryId: entry.id });
        if (way !== "ignored" && ended) {
          this.#resources.transcript.add(run, ended);
          await (way === "over" ? this.#finish(run, "completed") : this.#advance(run));
        }
        return;
      }
      case "stepAccepted":
        if (isCurrent(run, message)) {
          this.#accepted = message.commandId;
        }
        return;
      case "ready":
        await markSessionRunning(this.#resources.deps, { tenantId: this.tenantId, sessionId: message.sessionId });
        narrate(this.#resources, run, {
          type: "CONTAINER_READY",
          runId: this.runId,
          sessionId: message.sessionId,
          detail: null,
        });
        return;
      case "exiting":
        if (run.session?.id === message.sessionId && !run.step) {
          run.session = null;
        }
        return;
    }
  }

  /** A step whose workload is gone has failed, unless its result is on the stream already. */
  async #checkWorkload(): Promise<void> {
    const run = this.#run;
    const { step, session } = run ?? {};
    if (!run || step?.status !== "running") {
      return;
    }
    const state = session && (await this.#resources.workload.inspect(session.name));
    if (state?.status === "running") {
      return;
    }
    const last = session ? await this.#resources.workload.output(session.name).catch(() => []) : [];
    const exit = state ? ` (exit code ${state.exitCode ?? "unknown"})` : "";
    const message = [`The agent's workload ended unexpectedly${exit}.`, ...last.slice(-5)].join("\n");
    await this.#giveUpStep(run, { code: "WORKLOAD_FAILED", message: cleanText(message, 2000) });
  }

  async #onDeadline(): Promise<void> {
    const run = this.#run;
    if (run?.step?.status !== "running" || (run.step.deadlineAt ?? 0) > Date.now()) {
      return;
    }
    const { step, session } = run;
    if (session) {
      const abort = { type: "abort", reason: "The step's time is over." } as const;
      await sendCommands(this.#resources, run, [{ sessionId: session.id, body: abort }]).catch(() => undefined);
    }
    await this.#giveUpStep(run, { code: "STEP_TIMEOUT", message: timeoutMessage(step) });
  }

  /** Ends the workload, reads what it has said until then, and fails the step if no result was among it. */
  async #giveUpStep(
    run: HeldRun,
    failed: { code: "WORKLOAD_FAILED" | "STEP_TIMEOUT"; message: string },
  ): Promise<void> {
    const { step, session } = run;
    if (!step) {
      return;
    }
    if (session) {
      await closeSession(this.#resources, run, { session, status: "failed", error: failed.message });
      if (failed.code === "WORKLOAD_FAILED") {
        const { id: sessionId } = session;
        narrate(this.#resources, run, {
          type: "CONTAINER_CRASHED",
          runId: run.runId,
          sessionId,
          error: failed.message,
        });
      }
      run.session = null;
    }
    for (const entry of await this.#reader.rest(run.cursor)) {
      await this.#onEntry(entry);
      if (run.step?.id !== step.id || run.step.status !== "running") {
        return;
      }
    }
    const outcome = { kind: "failed", ...failed } as const;
    const way = await endStep(this.#resources, run, { step, outcome, cursor: null, ack: null });
    this.#resources.transcript.add(run, step);
    await (way === "over" ? this.#finish(run, "failed") : this.#advance(run));
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
    this.#disarm();
    this.#reader.stop();
    const { session } = run;
    run.session = null;
    if (session) {
      await closeSession(this.#resources, run, { session, status, error: null }).catch((error: Error) =>
        this.#log.warn({ err: error.message }, "tidying up after a run failed; a sweep will do it"),
      );
    }
    await this.#leave("finished");
  }

  async #leave(ending: Ending): Promise<void> {
    this.drop();
    this.#log.info({ ending }, "let go of the run");
    await this.#onEnd(this, ending);
  }

  #disarm(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#resend);
  }

  #arm(): void {
    this.#disarm();
    const run = this.#run;
    if (this.#closed || !run || run.step?.status !== "running") {
      return;
    }
    const { deadlineGraceMs, resendMs } = this.#resources.options;
    const wait = Math.max((run.step.deadlineAt ?? 0) - Date.now() + deadlineGraceMs, 0);
    this.#deadline = setTimeout(() => this.#enqueue(() => this.#onDeadline()), wait);
    if (this.#accepted !== commandId(run, run.step)) {
      this.#resend = setTimeout(() => this.#enqueue(() => repeatCommand(this.#resources, run)), resendMs);
    }
  }
}
