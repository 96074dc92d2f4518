/** The tRPC router: one procedure per contract, `noun.verb`. */

import { Fault } from "@djinnbot/contracts";
import { type AnyTRPCProcedure, type AnyTRPCRouter, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { parseJson, readText } from "./body.ts";
import type { ApiConfig } from "./config.ts";
import { procedureOf, type TrpcContext, t } from "./procedure.ts";
import type { ApiRequest } from "./request.ts";
import type { AppRouter } from "./router-type.ts";
import { operations } from "./routes.ts";

export const trpcEndpoint = "/api/trpc";
const maxBatchSize = 20;

export const appRouter = buildRouter();

function buildRouter(): AppRouter {
  const nouns: Record<string, Record<string, AnyTRPCProcedure>> = {};
  for (const operation of operations) {
    if (operation.contract.kind === "call") {
      nouns[operation.noun] = { ...nouns[operation.noun], [operation.verb]: procedureOf(operation as never) };
    }
  }
  return typedRouter(t.router(nouns));
}

/** The one cast: procedures made in a loop carry no types, but every one comes from the contract its type is derived from. */
function typedRouter(router: AnyTRPCRouter): AppRouter {
  return router as unknown as AppRouter;
}

/** Answers `/api/trpc/…`. */
export async function handleTrpc(
  api: ApiRequest,
  options: { limit: ApiConfig["requestLimit"]; headers: Headers },
): Promise<Response> {
  const context: TrpcContext = { api, limit: options.limit, headers: options.headers };
  return fetchRequestHandler({
    endpoint: trpcEndpoint,
    router: appRouter,
    req: await boundedRequest(api.request),
    createContext: () => context,
    allowBatching: true,
    maxBatchSize,
    responseMeta: ({ errors }) => {
      const headers = new Headers(options.headers);
      const waits = errors.map((error) => (error.cause instanceof Fault ? (error.cause.retryAfterSec ?? 0) : 0));
      if (Math.max(0, ...waits) > 0) {
        headers.set("retry-after", String(Math.ceil(Math.max(...waits))));
      }
      headers.set("cache-control", "no-store");
      return { headers };
    },
    onError: ({ error }) => {
      if (error instanceof TRPCError && error.code === "INTERNAL_SERVER_ERROR" && !(error.cause instanceof Fault)) {
        api.log.error({ err: error.message, stack: error.stack }, "tRPC failed");
      }
    },
  });
}

/** The same request with a body that was read within the bounds. */
async function boundedRequest(request: Request): Promise<Request> {
  if (request.method === "GET" || request.method === "HEAD") {
    return request;
  }
  const text = await readText(request);
  if (text !== "") {
    parseJson(text);
  }
  return new Request(request.url, {
    method: request.method,
    headers: request.headers,
    body: text,
    signal: request.signal,
  });
}
