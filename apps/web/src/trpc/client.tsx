"use client";
/** Data of pages: tRPC over React Query, with one client per browser tab. */
import type { AppRouter } from "@djinnbot/client";
import { toDjinnError } from "@djinnbot/client";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { httpBatchLink, httpLink, splitLink } from "@trpc/client";
import { createTRPCReact } from "@trpc/react-query";
import { type ReactNode, useState } from "react";
import { setSessionEnded } from "./session-ended.tsx";

/** `api.agents.list.useQuery({})`, `api.runs.create.useMutation()`, `api.useUtils()`. */
export const api = createTRPCReact<AppRouter>();

const url = "/api/trpc";

/** Wraps everything that reads or changes data. */
export function TrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [client] = useState(() =>
    api.createClient({
      links: [
        splitLink({
          condition: ({ type }) => type === "query",
          true: httpBatchLink({ url, maxItems: 20, maxURLLength: 4000 }),
          false: httpLink({ url }),
        }),
      ],
    }),
  );
  return (
    <api.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </api.Provider>
  );
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: noticeEnd, onSuccess: () => setSessionEnded(false) }),
    mutationCache: new MutationCache({ onError: noticeEnd, onSuccess: () => setSessionEnded(false) }),
    defaultOptions: {
      // Live events say when something changed; this is for what they do not cover.
      queries: { staleTime: 15_000, gcTime: 5 * 60_000, retry: isWorthRetrying, refetchOnWindowFocus: true },
      // A write is repeated by the person, never behind their back.
      mutations: { retry: false },
    },
  });
}

function noticeEnd(error: Error): void {
  if (toDjinnError(error).code === "UNAUTHENTICATED") {
    setSessionEnded(true);
  }
}

function isWorthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && ["NETWORK", "UNAVAILABLE", "UPSTREAM", "LIMIT"].includes(toDjinnError(error).code);
}
