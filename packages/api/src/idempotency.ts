/** `Idempotency-Key`: a write that is sent again with its key is answered again, not done again. Kept 24 hours per tenant and actor. */
import { createHash } from "node:crypto";
import { Fault, type FaultCode, type FaultDetail } from "@djinnbot/contracts";
import { actorId, type Caller, type SecretPlace, secretBox } from "@djinnbot/core";
import { tenantKeys } from "@djinnbot/events";

const keptSec = 86_400;
/** Longer than any request may take; after a crash the key is free again. */
const busySec = 120;

type Outcome =
  | { output: unknown }
  | { fault: { code: FaultCode; message: string; details?: FaultDetail[] | undefined } };
interface Stored {
  /** Hash of operation and input. */
  request: string;
  /** Sealed {@link Outcome}; missing while the first request is at work. */
  outcome?: string;
}

/**
 * Runs `work` once per key. A repeat gets the first outcome, CONFLICT while the first is at work, and VALIDATION when
 * operation or input differ. Without a tenant or a key it just works. Throws UNAVAILABLE when Redis cannot tell.
 */
export async function once(
  caller: Caller,
  options: { key: string | null; operation: string; input: unknown; onReplay: () => void },
  work: () => Promise<unknown>,
): Promise<unknown> {
  if (options.key === null || caller.tenantId === null) {
    return work();
  }
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(options.key)) {
    throw new Fault("BAD_REQUEST", "Idempotency-Key: 1 to 128 letters, digits, _ or -.");
  }
  const key = tenantKeys.idempotency(caller.tenantId, actorId(caller.actor) ?? "nobody", options.key);
  const request = createHash("sha256")
    .update(`${options.operation}\n${JSON.stringify(options.input)}`)
    .digest("base64url");
  const earlier = await claim(caller, key, request);
  if (!earlier) {
    return record({ caller, key, request }, work);
  }
  const outcome = outcomeOf(caller, earlier, request);
  options.onReplay();
  return settle(outcome);
}

async function claim(caller: Caller, key: string, request: string): Promise<Stored | null> {
  try {
    // SET … NX GET answers the old value, or null when the key is ours now.
    const old = await caller.deps.redis.set(key, JSON.stringify({ request }), "EX", busySec, "NX", "GET");
    return old === null ? null : (JSON.parse(old) as Stored);
  } catch (error) {
    throw new Fault("UNAVAILABLE", "Idempotency-Key cannot be checked now. Try again.", {
      retryAfterSec: 1,
      cause: error,
    });
  }
}

function outcomeOf(caller: Caller, earlier: Stored, request: string): Outcome {
  if (earlier.request !== request) {
    throw new Fault("VALIDATION", "This Idempotency-Key was used for a different request.");
  }
  if (earlier.outcome === undefined) {
    throw new Fault("CONFLICT", "The request with this Idempotency-Key is still at work.", { retryAfterSec: 1 });
  }
  return JSON.parse(open(caller, earlier.outcome)) as Outcome;
}

function settle(outcome: Outcome): unknown {
  if ("fault" in outcome) {
    throw new Fault(outcome.fault.code, outcome.fault.message, { details: outcome.fault.details });
  }
  return outcome.output;
}

async function record(
  claim: { caller: Caller; key: string; request: string },
  work: () => Promise<unknown>,
): Promise<unknown> {
  let outcome: Outcome;
  try {
    outcome = { output: await work() };
  } catch (error) {
    // What may go better next time is not kept: our own failures, limits, missing rights.
    if (!(error instanceof Fault) || error.status >= 500 || [401, 403, 429].includes(error.status)) {
      await claim.caller.deps.redis.del(claim.key).catch(() => undefined);
      throw error;
    }
    outcome = { fault: { code: error.code, message: error.message, details: error.details } };
  }
  const stored: Stored = { request: claim.request, outcome: seal(claim.caller, JSON.stringify(outcome)) };
  await claim.caller.deps.redis
    .set(claim.key, JSON.stringify(stored), "EX", keptSec)
    .catch((error: Error) => claim.caller.log.warn({ err: error.message }, "an idempotent answer could not be kept"));
  return settle(outcome);
}

/** Answers may show a secret once (a new API key): they lie encrypted in Redis. */
function seal(caller: Caller, text: string): string {
  return secretBox(caller.deps.config.secretEncryptionKey).seal(text, place(caller));
}
function open(caller: Caller, sealed: string): string {
  return secretBox(caller.deps.config.secretEncryptionKey).open(sealed, place(caller));
}
function place(caller: Caller): SecretPlace {
  return { tenantId: caller.tenantId, purpose: "idempotency" };
}
