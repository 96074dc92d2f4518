"use client";
import { trpc } from "@/trpc/client.ts";
import { defaultModel } from "../settings/models.ts";
import { modelPart } from "./model-part.ts";
import { attention, inProgress } from "./runs-now.ts";
import { systemParts, verdict } from "./verdict.ts";

/** Live events refresh the lists at once; this is for events that were missed. */
const refetchInterval = 30_000;

/** What Home shows, and the one sentence above it. The queries go out together as one request. */
export function useHome() {
  const recent = trpc.runs.list.useQuery({ limit: 30 }, { refetchInterval });
  const running = trpc.runs.list.useQuery({ limit: 20, status: "running" }, { refetchInterval });
  const pending = trpc.runs.list.useQuery({ limit: 20, status: "pending" }, { refetchInterval });
  const waiting = trpc.runs.list.useQuery({ limit: 20, status: "waiting" }, { refetchInterval });
  const paused = trpc.runs.list.useQuery({ limit: 20, status: "paused" }, { refetchInterval });
  const failed = trpc.runs.list.useQuery({ limit: 20, status: "failed" }, { refetchInterval });
  const status = trpc.system.status.useQuery({}, { refetchInterval });
  const providers = trpc.settings.providers.useQuery({});
  const settings = trpc.settings.get.useQuery({});

  const model = providers.data && settings.data && modelPart(defaultModel(settings.data, providers.data));
  const parts = status.data && model && systemParts(status.data, model);
  const now = group([running, pending]);
  const open = now.data && inProgress(now.data);
  const trouble = group([failed, waiting, paused]);
  const needs = trouble.data && attention(trouble.data, Date.now());
  return {
    recent,
    running: { ...now, data: open },
    attention: { ...trouble, data: needs },
    system: {
      parts,
      error: status.error ?? providers.error ?? settings.error,
      retry: () => void Promise.all([status.refetch(), providers.refetch(), settings.refetch()]),
    },
    /** Something that the answer needs could not be loaded; its card says what. */
    incomplete: [status, providers, settings, now, trouble].some(({ error }) => error),
    answer: parts && open && needs ? verdict({ parts, running: open.length, attention: needs.length }) : null,
  };
}
export type Home = ReturnType<typeof useHome>;

type Listed<T> = { data: { items: T[] } | undefined; error: unknown; refetch: () => unknown };

/** Several lists as one: there when all are, failed when one is. */
function group<T>(lists: readonly Listed<T>[]) {
  const all = lists.flatMap(({ data }) => (data ? [data.items] : []));
  return {
    data: all.length === lists.length ? all.flat() : undefined,
    error: lists.find(({ error }) => error)?.error ?? null,
    retry: () => void Promise.all(lists.map((list) => list.refetch())),
  };
}
