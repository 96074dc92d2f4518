/** The model gateway: takes a run's call, adds the tenant's key, streams the answer through, and writes down what it cost. */
import { Fault, type ProviderWire, StepId } from "@djinnbot/contracts";
import type { Caller } from "../call.ts";
import type { Actor, Deps } from "../ctx.ts";
import { guard } from "../guard.ts";
import { NetError, readText, type SafeResponse, safeRequest } from "../net/safe-fetch.ts";
import { catalogueEntry, defaultWire } from "../settings/catalogue.ts";
import { type UsableProvider, usableProvider } from "../settings/provider-row.ts";
import { asFault, faultAnswer, withoutKey } from "./answers.ts";
import { observe } from "./observe.ts";
import { type ModelCall, recordModelCall } from "./record.ts";
import { type ModelRequest, parseModelRequest, readBody } from "./request.ts";
import type { Observed } from "./usage.ts";
import { type Call, downstreamHeaders, parseCall, upstreamHeaders } from "./wires.ts";

export interface ModelCallRequest {
  caller: Caller;
  providerId: string;
  /** What follows `/v1/llm/{providerId}/`, without a query. */
  path: string;
  request: Request;
}
type RunActor = Extract<Actor, { kind: "run" }>;
/** Everything known of a call before the provider is asked. */
interface Prepared {
  deps: Deps;
  tenantId: string;
  actor: RunActor;
  requestId: string;
  log: Caller["log"];
  provider: UsableProvider;
  call: Call;
  model: ModelRequest | null;
  step: ModelCall["step"];
  started: number;
}

/** A model may think this long before its first byte, and be silent this long afterwards. */
const headersTimeoutMs = 600_000;
const idleTimeoutMs = 300_000;
const maxErrorBytes = 256 * 1024;
const charsPerToken = 4;

/** Serves `/v1/llm/{providerId}/*` for run keys. Never throws: failures are answers in the provider's own shape. */
export async function handleModelCall(options: ModelCallRequest): Promise<Response> {
  let wire: ProviderWire = defaultWire(options.providerId);
  try {
    const prepared = await prepare(options, (known) => {
      wire = known;
    });
    return await forward(prepared, options.request);
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === "INTERNAL") {
      options.caller.log.error({ err: error }, "the model gateway failed");
    }
    return faultAnswer(fault, wire, options.caller.requestId);
  }
}

async function prepare(options: ModelCallRequest, onWire: (wire: ProviderWire) => void): Promise<Prepared> {
  const { caller, providerId, path, request } = options;
  guard(caller, "llm:call");
  const { actor, tenantId, deps } = caller;
  if (actor.kind !== "run" || tenantId === null) {
    throw new Fault("FORBIDDEN", "The model gateway serves runs only.");
  }
  const provider = await usableProvider(deps, tenantId, providerId);
  if (!provider) {
    throw new Fault("PRECONDITION", `No key for provider ${providerId}. Add one under Settings → Providers.`);
  }
  onWire(provider.wire);
  const query = new URL(request.url).searchParams;
  const call = parseCall(provider.wire, { method: request.method, path, query });
  if (!call) {
    throw new Fault("NOT_FOUND", "The model gateway does not offer this path.");
  }
  const model =
    call.kind === "models"
      ? null
      : parseModelRequest(await readBody(request), {
          wire: provider.wire,
          pathModel: call.model,
          addUsage: catalogueEntry(providerId)?.streamUsageAutomatic !== true,
        });
  if (model && provider.allowedModels?.includes(model.model) === false) {
    throw new Fault("FORBIDDEN", `The model ${model.model} is not among the allowed ones of provider ${providerId}.`);
  }
  const { requestId, log } = caller;
  const step = stepOf(request.headers);
  return { deps, tenantId, actor, requestId, log, provider, call, model, step, started: performance.now() };
}

/** The runtime says which step it works on; it can only mislead about its own run. */
function stepOf(headers: Headers): ModelCall["step"] {
  const stepId = StepId.safeParse(headers.get("x-djinnbot-step"));
  const attempt = Number(headers.get("x-djinnbot-attempt") ?? 1);
  return stepId.success && Number.isInteger(attempt) && attempt >= 1 && attempt <= 1_000_000
    ? { stepId: stepId.data, attempt }
    : null;
}

async function forward(prepared: Prepared, request: Request): Promise<Response> {
  const { provider, call, model, deps } = prepared;
  let upstream: SafeResponse;
  try {
    upstream = await safeRequest({
      url: `${provider.baseUrl}${call.path}`,
      method: call.kind === "models" ? "GET" : "POST",
      headers: upstreamHeaders(provider, request.headers),
      ...(model ? { body: model.body } : {}),
      signal: request.signal,
      headersTimeoutMs,
      idleTimeoutMs,
      allowPrivate: provider.source === "platform" || deps.config.allowPrivateAddresses,
    });
  } catch (error) {
    const reason = error instanceof NetError ? error.message : "The connection failed.";
    await writeDown(prepared, { status: null, error: reason, observed: null });
    throw new Fault("UPSTREAM", `${provider.name} could not be reached: ${reason}`, { cause: error });
  }
  if (upstream.status >= 300) {
    return passError(prepared, upstream);
  }
  return new Response(passThrough(prepared, upstream), {
    status: upstream.status,
    headers: downstreamHeaders(upstream.headers),
  });
}

/** Errors are small: read whole, so that a key repeated in one is taken out. */
async function passError(prepared: Prepared, upstream: SafeResponse): Promise<Response> {
  const { provider } = prepared;
  const text = withoutKey(await readText(upstream, maxErrorBytes).catch(() => ""), provider.apiKey);
  await writeDown(prepared, {
    status: upstream.status,
    error: text.slice(0, 1000) || "no reason given",
    observed: null,
  });
  if (upstream.status < 400) {
    throw new Fault("UPSTREAM", `${provider.name} answers with a redirect. Check the base URL of the provider.`);
  }
  const headers = downstreamHeaders(upstream.headers);
  return new Response(text, { status: upstream.status, headers });
}

/**
 * The answer's bytes as they come: one chunk is read when the client wants one. The books are closed before the stream ends,
 * so whoever saw the end finds the cost; a client that leaves ends the provider's work too.
 */
function passThrough(prepared: Prepared, upstream: SafeResponse): ReadableStream<Uint8Array> {
  const contentType = String(upstream.headers["content-type"] ?? "");
  const watcher = observe(prepared.provider.wire, contentType);
  const chunks = upstream.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let closed = false;
  const close = async (error: string | null) => {
    if (!closed) {
      closed = true;
      const observed = watcher.end();
      await writeDown(prepared, { status: upstream.status, error: error ?? observed.error, observed });
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await chunks.next();
          if (done) {
            await close(null);
            controller.close();
          } else {
            watcher.push(value);
            controller.enqueue(value);
          }
        } catch (error) {
          await close(error instanceof NetError ? error.message : "The answer broke off.");
          controller.error(error);
        }
      },
      cancel: async () => {
        upstream.body.destroy();
        await close("The workload left before the answer was complete.");
      },
    },
    { highWaterMark: 0 },
  );
}

interface Outcome {
  status: number | null;
  error: string | null;
  observed: Observed | null;
}

/** A call that cannot be written down is logged and still answered: the work it paid for is not thrown away. */
async function writeDown(prepared: Prepared, outcome: Outcome): Promise<void> {
  const { deps, actor, provider, model, log } = prepared;
  if (!model) {
    return;
  }
  const { usage, estimated } = tokensOf(model, outcome);
  try {
    await recordModelCall(deps, {
      tenantId: prepared.tenantId,
      requestId: prepared.requestId,
      runId: actor.runId,
      sessionId: actor.sessionId,
      agentId: actor.agentId,
      userId: null,
      step: prepared.step,
      provider: provider.providerId,
      model: model.model,
      keySource: provider.source,
      // The platform's key is the operator's business.
      keyMasked: provider.source === "platform" ? null : provider.maskedApiKey,
      usage,
      estimated,
      durationMs: Math.round(performance.now() - prepared.started),
      toolCallCount: outcome.observed?.toolCalls ?? 0,
      hasThinking: outcome.observed?.hasThinking ?? false,
      stopReason: outcome.observed?.stopReason ?? null,
      status: outcome.status,
      error: outcome.error === null ? null : withoutKey(outcome.error, provider.apiKey),
    });
  } catch (error) {
    log.error({ err: error, provider: provider.providerId, model: model.model }, "a model call was not written down");
  }
}

/** What the provider told, else a guess from the length of what went in and came out. A call without answer costs nothing. */
function tokensOf(model: ModelRequest, outcome: Outcome): { usage: ModelCall["usage"]; estimated: boolean } {
  const observed = outcome.observed;
  if (observed?.usage) {
    return { usage: observed.usage, estimated: outcome.error !== null };
  }
  const worked = observed !== null && observed.chars > 0;
  const guess = (chars: number) => (worked ? Math.ceil(chars / charsPerToken) : 0);
  return {
    usage: { input: guess(model.body.length), output: guess(observed?.chars ?? 0), cacheRead: 0, cacheWrite: 0 },
    estimated: worked,
  };
}
