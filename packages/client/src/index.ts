/** The typed client for programs and pages: every operation of the contracts, and live events that survive broken connections. */
import type { AppRouter } from "@djinnbot/api/router-type";
import type { ExportFormat, RunEvent, TenantEvent } from "@djinnbot/contracts";
import { createTRPCClient, httpBatchLink, httpLink, splitLink, type TRPCClient } from "@trpc/client";
import { type Download, openDownload } from "./download.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";

export { DjinnError, type DjinnErrorCode, toDjinnError } from "./djinn-error.ts";
export type { Download } from "./download.ts";
export { type FollowOptions, followEvents } from "./follow-events.ts";
export type { AppRouter };

export interface ClientOptions {
  /** Address of the installation, e.g. `https://bots.example.com`. */
  url: string;
  /** API key or access token; left out in pages, where the cookie counts. A function is asked before every request. */
  apiKey?: string | (() => string | null | Promise<string | null>);
  fetch?: typeof fetch;
}
export interface DjinnClient {
  /** `client.api.<noun>.<verb>.query(input)` for reads, `.mutate(input)` for writes; fails with what {@link toDjinnError} explains. */
  api: TRPCClient<AppRouter>;
  runs: {
    /** Events of one run from its beginning; ends after the run's last event. */
    follow(runId: string, options?: FollowOptions): AsyncGenerator<RunEvent, void, undefined>;
    /** The run as one file: `json` (all of it) unless `markdown` (to read) is asked for. */
    export(runId: string, options?: { format?: ExportFormat; signal?: AbortSignal }): Promise<Download>;
  };
  workspaces: {
    /** The run's commits as a git bundle, which `git fetch` reads like a remote. */
    bundle(runId: string, options?: { signal?: AbortSignal }): Promise<Download>;
  };
  events: {
    /** Events of the tenant from now on; never ends by itself. */
    follow(options?: FollowOptions): AsyncGenerator<TenantEvent, void, undefined>;
  };
}

/** Makes a client; it holds no connection until it is used. */
export function createDjinnClient(options: ClientOptions): DjinnClient {
  const base = options.url.replace(/\/+$/, "");
  const send = namingAddress(base, options.fetch ?? ((input, init) => fetch(input, init)));
  const headers = async (): Promise<Record<string, string>> => {
    const key = typeof options.apiKey === "function" ? await options.apiKey() : options.apiKey;
    return key ? { authorization: `Bearer ${key}` } : {};
  };
  const link = { url: `${base}/api/trpc`, headers, fetch: send };
  const follow = <E extends { id: string }>(path: string, from: FollowOptions) =>
    followEvents<E>({ url: `${base}${path}`, headers, fetch: send }, from);
  return {
    api: createTRPCClient<AppRouter>({
      links: [
        // Writes go alone: one that waits or fails must not hold others, and each may have an Idempotency-Key.
        splitLink({
          condition: ({ type }) => type === "query",
          true: httpBatchLink({ ...link, maxItems: 20, maxURLLength: 4000 }),
          false: httpLink(link),
        }),
      ],
    }),
    runs: {
      follow: (runId, from = {}) => follow<RunEvent>(`/v1/events/stream/${encodeURIComponent(runId)}`, from),
      export: (runId, { format = "json", signal } = {}) =>
        openDownload({ url: base + exportPath(runId, format), headers, fetch: send }, signal),
    },
    workspaces: {
      bundle: (runId, { signal } = {}) => openDownload({ url: base + bundlePath(runId), headers, fetch: send }, signal),
    },
    events: { follow: (from = {}) => follow<TenantEvent>("/v1/events/stream", { since: "$", ...from }) },
  };
}

/** Where a run's file is, below the address of the installation: for a link on a page, where the cookie counts. */
export function exportPath(runId: string, format: ExportFormat): string {
  return `/v1/runs/${encodeURIComponent(runId)}/export?format=${format}`;
}

/** Where the git bundle of a run's commits is, below the address of the installation. */
export function bundlePath(runId: string): string {
  return `/v1/workspaces/${encodeURIComponent(runId)}/git/bundle`;
}

/** A request that finds nobody fails with a bare "fetch failed": says which address was asked, and what the system answered. */
function namingAddress(base: string, send: typeof fetch): typeof fetch {
  return async (input, init) => {
    try {
      return await send(input, init);
    } catch (error) {
      if (init?.signal?.aborted) {
        throw error;
      }
      const { message, cause } = error as Error & { cause?: { code?: string } };
      throw new Error(`No answer from ${base}: ${cause?.code ?? message}`, { cause: error });
    }
  };
}
