"use client";
/** Data of pages: `trpc.agents.list.useQuery({})`, `trpc.runs.create.useMutation()`, `trpc.useUtils()`. */
import { type AppRouter, toDjinnError } from "@djinnbot/client";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { httpBatchLink, httpLink, splitLink } from "@trpc/client";
import { createTRPCReact } from "@trpc/react-query";

export const trpc = createTRPCReact<AppRouter>();

const url = "/api/trpc";

/** The tRPC client of a tab. Writes go alone: one that waits must not hold others. */
export function createTrpcClient() {
  return trpc.createClient({
    links: [
      splitLink({
        condition: ({ type }) => type === "query",
        true: httpBatchLink({ url, maxItems: 20, maxURLLength: 4000 }),
        false: httpLink({ url }),
      }),
    ],
  });
}

/** The cache of a tab. Whoever is signed out is sent to the sign-in page and back; forms keep their drafts meanwhile. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      // Live events say when something changed; this is for what they do not cover.
      queries: { staleTime: 15_000, gcTime: 5 * 60_000, retry: isWorthRetrying },
      // A write is repeated by the person, never behind their back.
      mutations: { retry: false },
    },
  });
}

/** Goes to the sign-in page when that is what an error is about; a page before the sign-in stays. */
export function leaveWhenSignedOut(error: unknown): void {
  const { pathname, search } = window.location;
  const isOutside = pathname === "/sign-in" || pathname === "/register";
  if (!isOutside && toDjinnError(error).code === "UNAUTHENTICATED") {
    window.location.assign(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
  }
}

function isWorthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && ["NETWORK", "UNAVAILABLE", "UPSTREAM", "LIMIT"].includes(toDjinnError(error).code);
}
