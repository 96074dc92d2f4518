/** The model gateway: takes a run's call, holds its share of the budgets, adds the tenant's key, streams the answer through, settles. */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { type Hold, holdBudget } from "../budget/hold.ts";
import type { Caller } from "../call.ts";
import { guard } from "../guard.ts";
import { NetError, type SafeResponse } from "../net/safe-fetch.ts";
import { defaultWire } from "../settings/catalogue.ts";
import { usableProvider } from "../settings/provider-row.ts";
import { asFault, faultAnswer } from "./answers.ts";
import {
  type Asking,
  checkAllowed,
  keptTo,
  mannerOf,
  priceAndStep,
  sharesFor,
  type Target,
  targetName,
} from "./asking.ts";
import { tryModels } from "./fall-back.ts";
import { observe } from "./observe.ts";
import type { Share } from "./output.ts";
import { parseModelRequest, readBody } from "./request.ts";
import type { Tried } from "./try-model.ts";
import { downstreamHeaders, parseCall } from "./wires.ts";
import { writeDown } from "./write-down.ts";

export interface ModelCallRequest {
  caller: Caller;
  providerId: string;
  /** What follows `/v1/llm/{providerId}/`, without a query. */
  path: string;
  request: Request;
}

/** Serves `/v1/llm/{providerId}/*` for run keys. Never throws: failures are answers in the provider's own shape. */
export async function handleModelCall(options: ModelCallRequest): Promise<Response> {
  let wire: ProviderWire = defaultWire(options.providerId);
  try {
    const { asking, target } = await prepare(options, (known) => {
      wire = known;
    });
    return await answer(asking, target);
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === "INTERNAL") {
      options.caller.log.error({ err: error }, "the model gateway failed");
    }
    return faultAnswer(fault, wire, options.caller.requestId);
  }
}

async function prepare(
  options: ModelCallRequest,
  onWire: (wire: ProviderWire) => void,
): Promise<{ asking: Asking; target: Target }> {
  const { caller, providerId, path, request } = options;
  guard(caller, "llm:call");
  const { actor, tenantId, deps, requestId, log } = caller;
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
  const { headers, signal } = request;
  const asking = { deps, tenantId, actor, requestId, log, headers, signal };
  if (call.kind === "models") {
    return { asking: { ...asking, step: null, wanted: null }, target: { provider, call, model: null, price: null } };
  }
  const raw = await readBody(request);
  const model = await parseModelRequest(raw, { ...mannerOf(provider), pathModel: call.model });
  checkAllowed(provider, model.model);
  const wanted = targetName({ provider, model });
  // Only now is it decided which step pays: a body can be sent slowly.
  const { price, step } = await priceAndStep(asking, wanted);
  return { asking: { ...asking, step, wanted }, target: { provider, call, model, price } };
}

/** What is held goes back as soon as nobody answers; with an answer it is settled when that ends. */
async function answer(asking: Asking, target: Target): Promise<Response> {
  const hold = await holdFor(asking, target);
  const started = performance.now();
  let tried: Tried | undefined;
  try {
    tried = await tryModels(asking, keptTo(target, hold?.share ?? null), hold);
  } finally {
    if (tried?.kind !== "answer") {
      await hold?.release();
    }
  }
  if (tried.kind === "answer") {
    const headers = downstreamHeaders(tried.upstream.headers);
    headers.set("x-djinnbot-model", targetName(tried.target));
    const body = passThrough(asking, { ...tried, hold, started });
    return new Response(body, { status: tried.upstream.status, headers });
  }
  const given =
    tried.kind === "fault"
      ? faultAnswer(tried.fault, target.provider.wire, asking.requestId)
      : new Response(tried.text, { status: tried.status, headers: tried.headers });
  given.headers.set("x-djinnbot-tries", String(tried.tries));
  return given;
}

async function holdFor(asking: Asking, target: Target): Promise<Hold<Share> | null> {
  if (!target.model) {
    return null;
  }
  const { deps, tenantId, requestId, step } = asking;
  const { runId, agentId } = asking.actor;
  const shares = sharesFor(target, target.model);
  return holdBudget({ deps, tenantId, requestId, runId, agentId, step }, targetName(target), shares);
}

interface Passing {
  target: Target;
  upstream: SafeResponse;
  hold: Hold<Share> | null;
  started: number;
}

/**
 * The answer's bytes as they come: one chunk is read when the client wants one. The books are closed before the stream ends,
 * so whoever saw the end finds the cost; a client that leaves ends the provider's work too.
 */
function passThrough(asking: Asking, { target, upstream, hold, started }: Passing): ReadableStream<Uint8Array> {
  const contentType = String(upstream.headers["content-type"] ?? "");
  const watcher = observe(target.provider.wire, contentType);
  const chunks = upstream.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let closed = false;
  const close = async (error: string | null) => {
    if (!closed) {
      closed = true;
      const observed = watcher.end();
      const reservationId = hold?.id ?? null;
      const outcome = { status: upstream.status, error: error ?? observed.error, observed, started, reservationId };
      await writeDown(asking, target, outcome);
      hold?.end();
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
