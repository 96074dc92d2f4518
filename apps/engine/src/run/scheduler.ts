/** Which runs this instance holds: claims within its capacity, fair over tenants, each under a lock that it keeps alive. */
import type { GlobalEvent } from "@djinnbot/contracts";
import { acquireLease, releaseLease, renewLease, systemKeys } from "@djinnbot/events";
import type { Resources } from "../held/resources.ts";
import { ServerWait } from "../held/server-wait.ts";
import { now } from "../lib/clock.ts";
import {
  type Claim,
  checkHeld,
  disownRun,
  findRun,
  openRuns,
  pendingRuns,
  type RunKey,
  startRun,
  takeRun,
} from "../store/claim.ts";
import { isRemote } from "../store/repository.ts";
import { type Holder, RemoteShare } from "./remote-share.ts";
import { RunDriver } from "./run-driver.ts";

type Way = "start" | "take" | "cancel";

export class Scheduler {
  readonly #resources: Resources;
  readonly #held = new Map<string, RunDriver>();
  /** Runs that are being claimed. */
  readonly #claiming = new Map<string, Holder>();
  /** Hints about runs that are just being let go of. */
  readonly #again = new Set<string>();
  /** Runs seen without a lock, and since when (epoch ms). */
  #orphans = new Map<string, number>();
  #stopping = false;
  #filling: Promise<void> | null = null;
  /** The queue has not been looked at since somebody asked for it. */
  #asked = false;
  /** Runs wait for a place, or for the answer of a git server to others of their tenant. */
  #backlog = false;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  get held(): readonly RunDriver[] {
    return [...this.#held.values()];
  }
  isHeld(runId: string): boolean {
    return this.#held.has(runId) || this.#claiming.has(runId);
  }
  get free(): number {
    return this.#resources.options.maxConcurrentRuns - this.#held.size - this.#claiming.size;
  }

  /** A run may have become ready to start. */
  async wake(key: RunKey): Promise<void> {
    if (this.#held.has(key.runId)) {
      this.#again.add(key.runId);
    } else if (this.#backlog || this.free <= 0 || this.#remoteShare().isFull(key.tenantId)) {
      // Others wait already: the fair order decides.
      await this.fill();
    } else {
      // What it needs is not known yet; if it is no server, another one that was kept waiting may come now.
      await this.#claim({ ...key, atRemote: true }, "start");
      this.#refill();
    }
  }

  #remoteShare(): RemoteShare {
    const held = this.held.map(({ tenantId, server }) => ({ tenantId, atRemote: server.waits }));
    return new RemoteShare(this.#resources.options.maxConcurrentRuns, [...held, ...this.#claiming.values()]);
  }

  async cancel(message: Extract<GlobalEvent, { type: "RUN_CANCEL_REQUESTED" }>): Promise<void> {
    const driver = this.#held.get(message.runId);
    if (driver) {
      // The request may be old: a run that was restarted since is not cancelled by it.
      const [row] = await checkHeld(this.#resources.deps, [message.runId]);
      if (row && row.cancelRequestedAt !== null) {
        driver.cancel(message.reason);
      }
      return;
    }
    const run = await findRun(this.#resources.deps, message.runId);
    if (run) {
      await this.#claim({ ...run, atRemote: false }, "cancel");
    }
  }

  async pause({ runId }: RunKey): Promise<void> {
    const driver = this.#held.get(runId);
    const [row] = driver ? await checkHeld(this.#resources.deps, [runId]) : [];
    if (driver && row && row.pauseRequestedAt !== null) {
      driver.pause(true);
    }
  }

  /** Starts pending runs in fair order while there is room. */
  async fill(): Promise<void> {
    this.#asked = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
    });
    await this.#filling;
  }

  async #fill(): Promise<void> {
    while (this.#asked && !this.#stopping && this.free > 0) {
      this.#asked = false;
      const room = this.free;
      const runs = await pendingRuns(this.#resources.deps, room + 1, this.#remoteShare().full);
      // Hints may have begun others meanwhile.
      const share = this.#remoteShare();
      const chosen = runs.slice(0, room).filter((run) => share.take(run));
      this.#backlog = runs.length > room || share.full.length > 0;
      const claims = chosen.map((run) => this.#claim({ ...run, atRemote: isRemote(run.repository) }, "start"));
      const started = await Promise.all(claims);
      this.#asked ||= this.#backlog && started.includes(true);
    }
  }

  /** There is room for those that were kept waiting, if any were. */
  #refill(): void {
    if (!this.#stopping && (this.#backlog || this.#asked)) {
      this.fill().catch((error: Error) => this.#resources.log.warn({ err: error.message }, "starting runs failed"));
    }
  }

  /** Takes over runs that were begun and that nobody holds now. */
  async takeOver(): Promise<void> {
    const { deps } = this.#resources;
    const open = (await openRuns(deps)).filter((run) => !this.isHeld(run.runId));
    if (open.length === 0) {
      return;
    }
    const owners = await deps.redis.mget(open.map((run) => systemKeys.runLock(run.runId)));
    const orphans = open.filter((_, index) => owners[index] === null);
    const seenAt = now();
    this.#orphans = new Map(orphans.map((run) => [run.runId, this.#orphans.get(run.runId) ?? seenAt]));
    const { orphanMs } = this.#resources.options;
    const abandoned = orphans.filter(
      (run) => run.owner === null || seenAt - (this.#orphans.get(run.runId) ?? seenAt) >= orphanMs,
    );
    for (const run of abandoned) {
      if (this.#stopping || this.free <= 0) {
        return;
      }
      await this.#claim({ ...run, atRemote: false }, "take");
    }
  }

  async #claim({ tenantId, runId, atRemote }: RunKey & Holder, way: Way): Promise<boolean> {
    const { deps, options, publisher, log } = this.#resources;
    if (this.#stopping || this.isHeld(runId) || (way !== "cancel" && this.free <= 0)) {
      return false;
    }
    this.#claiming.set(runId, { tenantId, atRemote });
    const lock = systemKeys.runLock(runId);
    try {
      if (!(await acquireLease(deps.redis, lock, options.instanceId, options.lockTtlMs))) {
        return false;
      }
      const owner = options.instanceId;
      const claim = await (way === "start" ? startRun : takeRun)(deps, { tenantId, runId, owner });
      if (claim === null || this.#stopping) {
        await releaseLease(deps.redis, lock, owner);
        return false;
      }
      publisher.push(claim.messages);
      log.info({ tenant_id: tenantId, run_id: runId, epoch: claim.epoch, way }, "run claimed");
      this.#hold({ tenantId, runId }, claim, way);
      return true;
    } catch (error) {
      await releaseLease(deps.redis, lock, options.instanceId).catch(() => undefined);
      throw error;
    } finally {
      this.#claiming.delete(runId);
    }
  }

  #hold({ tenantId, runId }: RunKey, { epoch, loaded }: Claim, way: Way): void {
    const { repository, startedAt } = loaded.run;
    const soon = way === "start" || startedAt === null;
    const driver = new RunDriver({
      resources: this.#resources,
      tenantId,
      runId,
      epoch,
      server: new ServerWait({ repository, soon, onAnswer: () => this.#refill() }),
      onEnd: (ended, ending) => this.#letGo(ended, ending !== "lost"),
    });
    this.#held.set(runId, driver);
    driver.start(loaded);
  }

  async #letGo(driver: RunDriver, release: boolean): Promise<void> {
    const { runId } = driver;
    if (release) {
      await this.#release(runId);
    }
    if (this.#held.get(runId) === driver) {
      this.#held.delete(runId);
    }
    // A hint about it may have come while it was held.
    this.#asked = this.#again.delete(runId) || this.#asked;
    this.#refill();
  }

  async #release(runId: string): Promise<void> {
    const { deps, options } = this.#resources;
    await releaseLease(deps.redis, systemKeys.runLock(runId), options.instanceId).catch(() => undefined);
  }

  /** Prolongs the locks of held runs. One that vanished is taken again; one that somebody else has is a lost run. */
  async renew(): Promise<void> {
    const { deps, options, log } = this.#resources;
    const { instanceId, lockTtlMs } = options;
    await Promise.all(
      this.held.map(async (driver) => {
        const lock = systemKeys.runLock(driver.runId);
        if (await renewLease(deps.redis, lock, instanceId, lockTtlMs)) {
          return;
        }
        if (this.#held.get(driver.runId) !== driver || (await acquireLease(deps.redis, lock, instanceId, lockTtlMs))) {
          return;
        }
        log.warn({ run_id: driver.runId }, "another engine has the run");
        driver.drop();
        await this.#letGo(driver, false);
      }),
    );
  }

  /** Sees what others did to held runs: asked to cancel, taken over, or deleted. */
  async check(): Promise<void> {
    const held = this.held;
    const rows = new Map(
      (
        await checkHeld(
          this.#resources.deps,
          held.map((driver) => driver.runId),
        )
      ).map((row) => [row.runId, row]),
    );
    for (const driver of held) {
      const row = rows.get(driver.runId);
      if (!row || row.epoch !== driver.epoch) {
        driver.drop();
        await this.#letGo(driver, false);
      } else if (row.cancelRequestedAt !== null) {
        driver.cancel();
      } else {
        driver.pause(row.pauseRequestedAt !== null);
      }
    }
  }

  /** Claims nothing more and hands every held run over: workloads go on, another engine attaches to them. */
  async drain(): Promise<void> {
    this.#stopping = true;
    await this.#filling?.catch(() => undefined);
    await Promise.all(
      this.held.map(async (driver) => {
        await driver.release();
        await disownRun(this.#resources.deps, driver).catch(() => undefined);
        await this.#letGo(driver, true);
      }),
    );
  }

  /** Stops as a crash would: nothing is released. */
  halt(): void {
    this.#stopping = true;
    for (const driver of this.held) {
      driver.drop();
    }
    this.#held.clear();
  }
}
