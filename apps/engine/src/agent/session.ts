/** Opening and closing an agent's session: its row, its key, its Redis user and the workload that hosts it. */
import { mkdir } from "node:fs/promises";
import { tenantPaths } from "@djinnbot/config";
import { newId, type SessionStatus } from "@djinnbot/contracts";
import { runKeyOf } from "@djinnbot/core";
import { sessionLogin } from "@djinnbot/core/egress";
import { narrate, sendCommands } from "../held/channel.ts";
import type { HeldRun, HeldSession } from "../held/held-run.ts";
import { profileHash } from "../held/lookup.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StepFault, StoppedRun } from "../lib/errors.ts";
import { cleanText } from "../lib/text.ts";
import type { Failed, SessionRow } from "../store/rows.ts";
import { closeSessionRow, insertSession, markSessionRunning } from "../store/sessions.ts";
import { WorkspaceError } from "../workspace/workspace.ts";
import type { PreparedStep } from "./prepare-step.ts";
import { deleteSessionUser, ensureSessionUser, sessionRedisUrl } from "./redis-user.ts";

/** A run key outlives any step, and dies with its session long before. */
const keyLifeMs = 7 * 24 * 3_600_000;
/** Longest time steps share a workload; a sweep may end it after this, or after twice the step's time if that is more (DESIGN 8). */
const sessionLifeMs = 24 * 3_600_000;

/** The session to go on with when the agent is the same and the workload will outlive the step. */
export function reusableSession(run: HeldRun, step: { agentSlug: string; timeoutMs: number }): HeldSession | null {
  const { session } = run;
  return session && session.agentSlug === step.agentSlug && session.openedAt + sessionLifeMs > now() + step.timeoutMs
    ? session
    : null;
}

/** Makes the run's working copy ready, once per holder. Throws StepFault. */
export async function ensureWorkspace(resources: Resources, run: HeldRun): Promise<void> {
  if (run.workspace) {
    return;
  }
  const key = workspaceRun(run);
  try {
    run.workspace = await run.server.during(() => resources.workspace.prepare(key));
  } catch (error) {
    if (run.stop.aborted) {
      throw new StoppedRun(run.runId);
    }
    if (error instanceof WorkspaceError) {
      throw new StepFault(error.code, error.message);
    }
    throw error;
  }
}

export function workspaceRun(run: HeldRun) {
  const { repository, baseBranch, baseCommit, rootRunId, task } = run.row;
  const { tenantId, runId, stop: signal } = run;
  const source = { repository, baseBranch, baseCommit, task };
  return { tenantId, runId, rootRunId: rootRunId ?? runId, ...source, fresh: run.again, signal };
}

/** Starts a workload for the agent. Throws StepFault WORKLOAD_FAILED when it cannot be started. */
export async function openSession(resources: Resources, run: HeldRun, prepared: PreparedStep): Promise<HeldSession> {
  const { deps, options } = resources;
  const { agent } = prepared.profile;
  const sessionId = newId("session");
  const key = { tenantId: run.tenantId, runId: run.runId, sessionId };
  const paths = tenantPaths(deps.config.dataDir, run.tenantId);
  const home = paths.home(run.runId, agent.id);
  narrate(resources, run, { type: "CONTAINER_STARTING", ...key, detail: resources.workload.sandbox });
  const proxy = sessionLogin(deps.config.authSecretKey, "proxy", key);
  const runKey = runKeyOf({ ...key, agentId: agent.id, expiresAt: now() + keyLifeMs });
  const [name] = await Promise.all([
    insertSession(deps, run, {
      ...{ sessionId, agentId: agent.id, userId: run.row.initiatedByUserId },
      ...{ model: prepared.model, prompt: run.row.task },
      also: [runKey.statement],
      agent: { slug: agent.slug, hash: profileHash(prepared.profile), profile: prepared.profile },
    }),
    ensureSessionUser(deps, key),
    mkdir(home, { recursive: true, mode: 0o700 }),
  ]);
  run.agents.set(agent.slug, prepared.profile);
  const session: HeldSession = { id: sessionId, agentSlug: agent.slug, agentId: agent.id, name, openedAt: now() };
  const { path: workdir = "", mirror } = run.workspace ?? {};
  try {
    await resources.workload.ensure({
      name,
      ...key,
      agentId: agent.id,
      env: {
        TENANT_ID: run.tenantId,
        RUN_ID: run.runId,
        SESSION_ID: sessionId,
        AGENT_ID: agent.id,
        REDIS_URL: sessionRedisUrl(deps, key, { url: options.workloadRedisUrl, network: resources.workload.network }),
        API_URL: options.apiUrl,
        RUN_KEY: runKey.key,
        PROXY_LOGIN: `${proxy.user}:${proxy.password}`,
        WORKSPACE: workdir,
        HOME: home,
        COMMAND_CURSOR: "0",
        IDLE_TIMEOUT_MS: 600_000,
      },
      mounts: [
        { path: workdir, access: "write" },
        { path: home, access: "write" },
        ...(mirror === undefined ? [] : [{ path: mirror, access: "read" } as const]),
      ],
      limits: options.limits,
      deadlineAt: now() + Math.max(2 * prepared.timeoutMs, sessionLifeMs),
      workdir,
      home,
    });
  } catch (error) {
    const message = (error as Error).message;
    await closeSession(resources, run, { session, status: "failed", error: message });
    throw new StepFault("WORKLOAD_FAILED", `The workload could not be started: ${message}`);
  }
  session.openedAt = now();
  return session;
}

/** Ends the workload and takes back what it was given. Quiet about what is gone already. */
export async function closeSession(
  resources: Resources,
  run: Pick<HeldRun, "tenantId" | "runId" | "requestId" | "log">,
  options: { session: Pick<HeldSession, "id" | "name">; status: SessionStatus; error: string | null },
): Promise<void> {
  const { deps, workload } = resources;
  const { session, status, error } = options;
  const { tenantId } = run;
  await sendCommands(resources, run, [{ sessionId: session.id, body: { type: "shutdown" } }]).catch(() => undefined);
  await workload.stop(session.name, resources.options.stopGraceMs);
  // The row last: as long as it is open, a sweep does all of this again.
  await deleteSessionUser(deps, session.id);
  await closeSessionRow(deps, { tenantId, sessionId: session.id, status, error });
  narrate(resources, run, {
    type: "CONTAINER_DESTROYED",
    runId: run.runId,
    sessionId: session.id,
    detail: error,
  });
}

/** Finds the session to go on with among a run's open ones, and closes the others. A running step keeps its session, alive or not. */
export async function adoptSession(resources: Resources, run: HeldRun, sessions: readonly SessionRow[]): Promise<void> {
  run.session = null;
  const { step } = run;
  const agent =
    step && step.kind === "agent"
      ? (run.agents.get(step.agentSlug) ?? (await resources.lookup.agent(run.tenantId, step.agentSlug)))
      : null;
  for (const row of sessions) {
    const session = { id: row.id, name: row.workload ?? "" };
    const mine = step?.status === "running" && row.id === step.sessionId;
    const next = step?.status === "queued" && run.session === null && agent?.agent.id === row.agentId;
    if (step && (mine || (next && (await resources.workload.inspect(session.name))?.status === "running"))) {
      run.session = { ...session, agentSlug: step.agentSlug, agentId: row.agentId, openedAt: row.createdAt };
      await ensureSessionUser(resources.deps, { tenantId: run.tenantId, runId: run.runId, sessionId: row.id });
    } else {
      await closeSession(resources, run, {
        session,
        status: "failed",
        error: "The engine that worked with it went away.",
      });
    }
  }
}

/** The runtime has started and listens. */
export async function sessionReady(resources: Resources, run: HeldRun, sessionId: string): Promise<void> {
  await markSessionRunning(resources.deps, { tenantId: run.tenantId, sessionId });
  narrate(resources, run, { type: "CONTAINER_READY", runId: run.runId, sessionId, detail: null });
}

/** The session of a step that is given up: its workload is ended, and people are told when it ended by itself. */
export async function loseSession(resources: Resources, run: HeldRun, failed: Failed): Promise<void> {
  const { session, runId } = run;
  run.session = null;
  if (!session) {
    return;
  }
  await closeSession(resources, run, { session, status: "failed", error: failed.message });
  if (failed.code === "WORKLOAD_FAILED") {
    narrate(resources, run, { type: "CONTAINER_CRASHED", runId, sessionId: session.id, error: failed.message });
  }
}

/** Null while the workload lives; else what is known of its end: its exit code and the last it wrote. */
export async function whyDead({ workload }: Resources, name: string | null): Promise<string | null> {
  const state = name === null ? null : await workload.inspect(name);
  if (state?.status === "running") {
    return null;
  }
  const last = name === null ? [] : await workload.output(name).catch(() => []);
  const { exitCode } = state ?? {};
  const exit = exitCode === undefined || exitCode === null ? "" : ` (exit code ${exitCode})`;
  return cleanText([`The agent's workload ended unexpectedly${exit}.`, ...last.slice(-5)].join("\n"), 2000);
}
