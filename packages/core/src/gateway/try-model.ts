/** Asks one model, again after short waits while that may help; all of it before the first byte of an answer. */
import { Fault } from "@djinnbot/contracts";
import { envelop, publishToLiving, runEvents } from "@djinnbot/events";
import { redisOr } from "../limits/redis-first.ts";
import { NetError, type NetProblem, readText, type SafeResponse, safeRequest } from "../net/safe-fetch.ts";
import { withoutKey } from "./answers.ts";
import type { Asking, Target } from "./asking.ts";
import { admit, type Circuit, reportFailure, reportSuccess } from "./breaker.ts";
import { downstreamHeaders, upstreamHeaders } from "./wires.ts";
import { writeDown } from "./write-down.ts";

/** A model may think this long before its first byte, and be silent this long afterwards. */
const headersTimeoutMs = 600_000;
const idleTimeoutMs = 300_000;
const maxErrorBytes = 256 * 1024;

/**
 * Few and soon: what lasts longer is waited for by the runtime, which counts these tries among its own (`x-djinnbot-tries`), so that
 * the two do not multiply.
 */
const retry = { tries: 3, firstWaitMs: 250, maxWaitMs: 4000 };
const passing: readonly NetProblem[] = ["connect"];

/** `capacity`: another model may do better. `isOpen`: the breaker says not to ask again now. */
type Failing = { capacity: boolean; isOpen: boolean; tries: number };
/** How asking a model ended. */
export type Tried =
  | { kind: "answer"; target: Target; upstream: SafeResponse }
  | ({ kind: "refusal"; status: number; text: string; headers: Headers } & Failing)
  | ({ kind: "fault"; fault: Fault } & Failing);
type Failed = Exclude<Tried, { kind: "answer" }>;

/** Never throws for what the provider does. Each try that fails is written down; throws when the workload has left. */
export async function tryModel(asking: Asking, target: Target): Promise<Tried> {
  const { providerId, source } = target.provider;
  const circuit: Circuit = { tenantId: asking.tenantId, providerId, source };
  for (let tries = 1; ; tries += 1) {
    const leaveForMs = tries > 1 ? 0 : await admit(asking.deps, circuit, target.model?.model ?? "");
    if (leaveForMs > 0) {
      return circuitOpen(target, leaveForMs);
    }
    const tried = await tryOnce(asking, { target, circuit, tries });
    if (tried.kind === "answer") {
      return tried;
    }
    const waitMs = tries < retry.tries && !tried.isOpen ? waitFor(tried, tries) : null;
    if (waitMs === null) {
      return tried;
    }
    await narrate(asking, { error: words(tried), waitMs, tries });
    await pause(waitMs, asking.signal);
  }
}

function circuitOpen({ provider }: Target, leaveForMs: number): Failed {
  const retryAfterSec = Math.ceil(leaveForMs / 1000);
  const message = `${provider.name} could not be reached or failed several times in a row; nothing is asked of it for ${retryAfterSec} s.`;
  const fault = new Fault("UPSTREAM", message, { retryAfterSec });
  return { kind: "fault", capacity: true, isOpen: true, tries: 1, fault };
}

async function tryOnce(
  asking: Asking,
  { target, circuit, tries }: { target: Target; circuit: Circuit; tries: number },
): Promise<Tried> {
  const { provider } = target;
  let upstream: SafeResponse;
  const started = performance.now();
  try {
    upstream = await send(asking, target);
  } catch (error) {
    const problem = error instanceof NetError ? error.problem : "connect";
    const reason = error instanceof NetError ? error.message : "The connection failed.";
    await writeDown(asking, target, { status: null, error: reason, observed: null, started });
    const fault = new Fault("UPSTREAM", `${provider.name} could not be reached: ${reason}`, { cause: error });
    if (problem === "aborted") {
      return { kind: "fault", capacity: false, isOpen: false, tries, fault };
    }
    // The address of a provider of the platform is the operator's business.
    const told = provider.source === "platform" ? "It could not be reached." : reason;
    const isOpen = await reportFailure(asking.deps, circuit, { all: true, reason: told });
    return { kind: "fault", capacity: true, isOpen, tries, fault };
  }
  const { status } = upstream;
  const model = target.model?.model ?? "";
  if (status < 500) {
    void reportSuccess(asking.deps, circuit, model);
  }
  if (status < 300) {
    return { kind: "answer", target, upstream };
  }
  const reason = `It answered with an error (${status}).`;
  const isOpen = status >= 500 && (await reportFailure(asking.deps, circuit, { model, reason }));
  return refusal(asking, { target, upstream, isOpen, tries, started });
}

/** Errors are small: read whole, so that a key repeated in one is taken out. */
async function refusal(
  asking: Asking,
  options: { target: Target; upstream: SafeResponse; isOpen: boolean; tries: number; started: number },
): Promise<Failed> {
  const { target, upstream, isOpen, tries, started } = options;
  const { provider } = target;
  const { status } = upstream;
  const text = withoutKey(await readText(upstream, maxErrorBytes).catch(() => ""), provider.apiKey);
  await writeDown(asking, target, {
    status,
    error: text.slice(0, 1000) || "no reason given",
    observed: null,
    started,
  });
  if (status < 400) {
    const message = `${provider.name} answers with a redirect. Check the base URL of the provider.`;
    return { kind: "fault", capacity: false, isOpen, tries, fault: new Fault("UPSTREAM", message) };
  }
  const capacity = status >= 500 || status === 429 || status === 402 || status === 408;
  return { kind: "refusal", capacity, isOpen, tries, status, text, headers: downstreamHeaders(upstream.headers) };
}

function send(asking: Asking, { provider, call, model }: Target): Promise<SafeResponse> {
  return safeRequest({
    url: `${provider.baseUrl}${call.path}`,
    method: call.kind === "models" ? "GET" : "POST",
    headers: upstreamHeaders(provider, asking.headers),
    ...(model ? { body: model.body } : {}),
    signal: asking.signal,
    headersTimeoutMs,
    idleTimeoutMs,
    allowPrivate: provider.source === "platform" || asking.deps.config.allowPrivateAddresses,
  });
}

/** Milliseconds to wait before the next try; null when it is not for the gateway to wait. */
function waitFor(failed: Failed, tries: number): number | null {
  const full = retry.firstWaitMs * 4 ** (tries - 1);
  const usual = Math.round(full / 2 + Math.random() * (full / 2));
  if (failed.kind === "fault") {
    const { cause } = failed.fault;
    return cause instanceof NetError && passing.includes(cause.problem) ? usual : null;
  }
  const again = failed.status >= 500 || failed.status === 429 || failed.status === 408;
  // An account without credit stays without it.
  if (!again || failed.text.includes("insufficient_quota")) {
    return null;
  }
  const asked = retryAfterMs(failed.headers) ?? usual;
  return asked <= retry.maxWaitMs ? asked : null;
}

/** Reads `Retry-After-Ms`, or `Retry-After` as seconds or a date. */
export function retryAfterMs(headers: Headers, now: number = Date.now()): number | null {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  const text = headers.get("retry-after");
  if (Number.isFinite(ms) && ms >= 0) {
    return ms;
  }
  if (text === null) {
    return null;
  }
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** What a failed try says, in a line. */
export function words(failed: Failed): string {
  if (failed.kind === "fault") {
    return failed.fault.message;
  }
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})/.exec(failed.text)?.[1];
  return said ?? `The provider answered with an error (${failed.status}).`;
}

async function narrate(asking: Asking, told: { error: string; waitMs: number; tries: number }): Promise<void> {
  const { tenantId, actor, step, deps } = asking;
  if (step === null) {
    return;
  }
  const message = envelop(asking, { type: "MODEL_RETRY", runId: actor.runId, ...step, ...told });
  await redisOr(
    deps,
    (redis) => publishToLiving(redis, runEvents, { tenantId, runId: actor.runId }, message),
    undefined,
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
