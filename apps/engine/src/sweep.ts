/** What is done again and again: heartbeat, take-over, late messages, forgotten users, dead and orphaned workloads (G3, G4, G6). */
import { busyRunStatuses, openSessionStatuses, runRequestId, startableRunStatuses } from "@djinnbot/contracts";
import { sweepCredentials, sweepRefusals } from "@djinnbot/core";
import { relayOutbox } from "@djinnbot/core/outbox";
import { acquireLease, systemKeys } from "@djinnbot/events";
import { deleteSessionUser, restoreRedisUsers } from "./agent/redis-user.ts";
import { closeSession } from "./agent/session.ts";
import type { Resources } from "./held/resources.ts";
import { now } from "./lib/clock.ts";
import type { Scheduler } from "./run/scheduler.ts";
import { leftoverSessions } from "./store/sessions.ts";
import { sqlList } from "./store/sql-list.ts";
import { wakeDue } from "./store/wake.ts";
import type { WorkloadState } from "./workload/workload.ts";

/** Instances without a heartbeat for this long are forgotten; readers count those of the last seconds only. */
const forgetInstanceMs = 60_000;
const instanceLifeS = 30;
/** A workload that just started may not be listed yet. */
const startGraceMs = 3000;

/** Runs that may have a workload: one that waits or is paused has given it back. */
const workingRunStatuses = [...startableRunStatuses, ...busyRunStatuses];

/** Does every chore; one that fails is logged and stops no other. */
export async function sweep(resources: Resources, scheduler: Scheduler): Promise<void> {
  const chores: [string, () => Promise<unknown>][] = [
    ["heartbeat", () => heartbeat(resources, scheduler)],
    ["check held runs", () => scheduler.check()],
    ["take over", () => scheduler.takeOver()],
    ["wake runs that wait", () => wakeDue(resources.deps)],
    ["start pending runs", () => scheduler.fill()],
    ["publish late messages", () => relayOutbox(resources.deps)],
    ["restore Redis users", () => restoreUsers(resources, scheduler)],
    ["watch workloads", () => watchWorkloads(resources, scheduler)],
    ["close leftover sessions", () => closeLeftovers(resources, scheduler)],
    ["keep transcripts", () => resources.transcript.keepUp(scheduler.held.flatMap((driver) => driver.running))],
    ["forget old sign-ins and keys", () => forgetOldRows(resources)],
  ];
  for (const [name, chore] of chores) {
    try {
      await chore();
    } catch (error) {
      resources.log.warn({ err: (error as Error).message, chore: name }, "a chore failed; next time");
    }
  }
}

async function heartbeat({ deps, options, workload }: Resources, scheduler: Scheduler): Promise<void> {
  const { instanceId, version } = options;
  const at = now();
  const key = systemKeys.instance(instanceId);
  await deps.redis
    .pipeline()
    .zadd(systemKeys.instances, at, instanceId)
    .zremrangebyscore(systemKeys.instances, "-inf", at - forgetInstanceMs)
    .hset(key, {
      backend: workload.kind,
      sandbox: workload.sandbox,
      network: workload.network,
      version,
      runs: scheduler.held.length,
    })
    .hset(systemKeys.lastWorkload, { backend: workload.kind, sandbox: workload.sandbox, network: workload.network })
    .expire(key, instanceLifeS)
    .exec();
}

async function restoreUsers({ deps, log }: Resources, scheduler: Scheduler): Promise<void> {
  const sessions = scheduler.held.flatMap(({ tenantId, runId, session }) =>
    session ? [{ tenantId, runId, sessionId: session.sessionId }] : [],
  );
  const restored = await restoreRedisUsers(deps, sessions);
  if (restored > 0) {
    log.warn({ restored }, "Redis had forgotten users of workloads; they are back");
  }
}

async function watchWorkloads(resources: Resources, scheduler: Scheduler): Promise<void> {
  const states = await resources.workload.list();
  const running = new Set(states.filter((state) => state.status === "running").map((state) => state.name));
  for (const driver of scheduler.held) {
    const { session } = driver;
    if (session?.busy && session.openedAt < now() - startGraceMs && !running.has(session.name)) {
      driver.checkWorkload();
    }
  }
  await stopOrphans(resources, scheduler, states);
  await resources.workload.sweep?.();
}

/** Workloads whose run is over or unknown, or whose session was closed, and that nobody is just setting up. */
async function stopOrphans(
  { deps, options, workload, log }: Resources,
  scheduler: Scheduler,
  states: readonly WorkloadState[],
): Promise<void> {
  const old = states.filter((state) => state.startedAt < now() - options.orphanAgeMs && !scheduler.isHeld(state.runId));
  if (old.length === 0) {
    return;
  }
  const { rows } = await deps.system.pool.query<{ id: string }>(
    `SELECT s.id FROM sessions s JOIN runs r ON r.tenant_id = s.tenant_id AND r.id = s.source_id
     WHERE s.id = ANY($1) AND s.status IN ${sqlList(openSessionStatuses)} AND r.status IN ${sqlList(workingRunStatuses)}`,
    [old.map((state) => state.sessionId)],
  );
  const wanted = new Set(rows.map((row) => row.id));
  for (const state of old.filter((candidate) => !wanted.has(candidate.sessionId))) {
    log.warn({ workload: state.name, run_id: state.runId }, "stopping a workload that belongs to nothing");
    await workload.stop(state.name, options.stopGraceMs);
    await deleteSessionUser(deps, state.sessionId);
  }
}

async function closeLeftovers(resources: Resources, scheduler: Scheduler): Promise<void> {
  for (const left of await leftoverSessions(resources.deps, resources.options.orphanAgeMs)) {
    if (!scheduler.isHeld(left.runId)) {
      const run = {
        tenantId: left.tenantId,
        runId: left.runId,
        requestId: runRequestId(left.runId),
        log: resources.log,
      };
      const session = { id: left.sessionId, name: left.workload ?? "" };
      await closeSession(resources, run, { session, status: "failed", error: "It was left open when its run ended." });
    }
  }
}

/** Once an hour, whichever engine comes first. */
async function forgetOldRows({ deps, options }: Resources): Promise<void> {
  const hour = 3_600_000;
  if (await acquireLease(deps.redis, systemKeys.lock("sweep-credentials"), options.instanceId, hour)) {
    await sweepCredentials(deps);
    await sweepRefusals(deps);
  }
}
