/** What the proxy knows of the sessions that use it: their rules for a moment, their connections, what they were told. */
import type { EgressRefusal } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import {
  type DoorSession,
  type Place,
  readSessionEgress,
  recordRefusal,
  type SessionEgress,
} from "@djinnbot/core/egress";
import { envelop, publishToLiving, runEvents } from "@djinnbot/events";

interface Known {
  egress: Promise<SessionEgress | null>;
  readAt: number;
  connections: number;
  /** Refused places of the step it works on, so that each is told once. */
  told: Set<string>;
}

/** A session that has been quiet this long is forgotten, in ms. */
const forgetMs = 60_000;
const maxConnections = 256;
const maxTold = 200;

export class ProxySessions {
  readonly #deps: Deps;
  readonly #rulesMs: number;
  readonly #known = new Map<string, Known>();

  /** A change of the rules counts after at most `rulesMs`. */
  constructor(deps: Deps, rulesMs: number) {
    this.#deps = deps;
    this.#rulesMs = rulesMs;
  }

  /** The rules that count now; null when the session is over. */
  async egressOf(session: DoorSession): Promise<SessionEgress | null> {
    return this.#of(session).egress;
  }

  /** False when it has as many connections as it may have. */
  connected({ sessionId }: DoorSession): boolean {
    const known = this.#known.get(sessionId);
    if (known === undefined || known.connections >= maxConnections) {
      return false;
    }
    known.connections += 1;
    return true;
  }

  disconnected({ sessionId }: DoorSession): void {
    const known = this.#known.get(sessionId);
    if (known) {
      known.connections -= 1;
    }
  }

  /** Tells the people who watch the run, once for each place and step, and keeps it for the list of what was refused. */
  tellRefused(
    { tenantId, sessionId }: DoorSession,
    egress: SessionEgress,
    refused: { place: Place; reason: EgressRefusal; detail: string },
  ): void {
    const told = this.#known.get(sessionId)?.told;
    const { place, reason, detail } = refused;
    const { runId, agentId, step } = egress;
    const what = [step?.stepId, step?.attempt, place.host, place.port, reason].join(" ");
    if (step === null || !told || told.has(what) || told.size >= maxTold) {
      return;
    }
    told.add(what);
    const body = { type: "EGRESS_REFUSED" as const, runId, ...step, ...place, reason, detail };
    const message = envelop({ tenantId, requestId: sessionId }, body);
    const refusal = { place, reason, agentId, runId, stepId: step.stepId, at: Date.now() };
    for (const telling of [
      publishToLiving(this.#deps.redis, runEvents, { tenantId, runId }, message),
      recordRefusal(this.#deps, tenantId, refusal),
    ]) {
      telling.catch((error: Error) =>
        this.#deps.log.debug({ err: error.message, run_id: runId }, "a refusal was not told"),
      );
    }
  }

  #of(session: DoorSession): Known {
    const now = Date.now();
    const known = this.#known.get(session.sessionId);
    if (known && known.readAt > now - this.#rulesMs) {
      return known;
    }
    const fresh = known ?? { connections: 0, told: new Set<string>(), readAt: 0, egress: Promise.resolve(null) };
    fresh.readAt = now;
    fresh.egress = readSessionEgress(this.#deps, session);
    // Who waits for it is told of a failure; it is asked again by the next one.
    fresh.egress.catch(() => {
      fresh.readAt = 0;
    });
    this.#known.set(session.sessionId, fresh);
    this.#forget(now);
    return fresh;
  }

  #forget(now: number): void {
    for (const [sessionId, { readAt, connections }] of this.#known) {
      if (connections === 0 && readAt < now - forgetMs) {
        this.#known.delete(sessionId);
      }
    }
  }
}
