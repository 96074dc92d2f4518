"use client";
import { trpc } from "@/trpc/client.ts";
import { defaultModel } from "../settings/models.ts";
import { useDismissed } from "./dismissed.ts";
import { modelPart } from "./model-part.ts";
import { attention, inProgress } from "./runs-now.ts";
import { systemParts, verdict } from "./verdict.ts";

/** Live events refresh the lists at once; this is for events that were missed. */
const refetchInterval = 30_000;
/** Rows of one kind; what is more is only counted. */
const most = 20;

/** What Home shows, and the one sentence above it. The queries go out together as one request. */
export function useHome() {
  const recent = trpc.runs.list.useQuery({ limit: 30 }, { refetchInterval });
  const running = trpc.runs.list.useQuery({ limit: most, status: "running" }, { refetchInterval });
  const pending = trpc.runs.list.useQuery({ limit: most, status: "pending" }, { refetchInterval });
  const waiting = trpc.runs.list.useQuery({ limit: most, status: "waiting" }, { refetchInterval });
  const paused = trpc.runs.list.useQuery({ limit: most, status: "paused" }, { refetchInterval });
  const overview = trpc.runs.overview.useQuery({}, { refetchInterval });
  const status = trpc.system.status.useQuery({}, { refetchInterval });
  const providers = trpc.settings.providers.useQuery({});
  const settings = trpc.settings.get.useQuery({});

  const model = providers.data && settings.data && modelPart(defaultModel(settings.data, providers.data));
  const parts = status.data && model && systemParts(status.data, model);
  const now = group([running, pending]);
  const trouble = group([waiting, paused]);
  const { dismissed, dismiss, restore } = useDismissed();
  const counts = overview.data?.counts;
  const open = counts && now.data && { runs: inProgress(now.data), total: counts.running + counts.pending };
  const failures = overview.data?.failures;
  const needs = failures && trouble.data && attention(trouble.data, failures, dismissed);
  // Those that wait beyond the first page are counted too; failures come as a whole.
  const needsTotal = counts && needs && needs.length + counts.waiting + counts.paused - (trouble.data?.length ?? 0);
  const retry = () => void Promise.all([now.retry(), trouble.retry(), overview.refetch()]);
  return {
    recent,
    running: { data: open?.runs, total: open?.total, error: now.error ?? overview.error, retry },
    attention: { data: needs, total: needsTotal, error: trouble.error ?? overview.error, retry, dismiss, restore },
    system: {
      parts,
      error: status.error ?? providers.error ?? settings.error,
      retry: () => void Promise.all([status.refetch(), providers.refetch(), settings.refetch()]),
    },
    /** Something that the answer needs could not be loaded; its card says what. */
    incomplete: [status, providers, settings, now, trouble, overview].some(({ error }) => error),
    answer:
      parts && open && needsTotal !== undefined ? verdict({ parts, running: open.total, attention: needsTotal }) : null,
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
    retry: () => Promise.all(lists.map((list) => list.refetch())),
  };
}
