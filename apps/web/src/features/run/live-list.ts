/** What a live event means for a list of runs that is being read: which rows to read again, and what is new above it. */
import type { ListedRun, TenantEvent } from "@djinnbot/contracts";

export type ListNews = {
  /** Runs in the list that have changed. */
  changed: ReadonlySet<string>;
  /** Runs that were started since and are not in the list. */
  created: ReadonlySet<string>;
  deleted: ReadonlySet<string>;
  /** So much has changed that the list must be read anew. */
  stale: boolean;
};

/** Sorts events by what they mean for the rows that are shown. */
export function readNews(events: readonly TenantEvent[], shown: ReadonlySet<string>): ListNews {
  const changed = new Set<string>();
  const created = new Set<string>();
  const deleted = new Set<string>();
  let stale = false;
  for (const event of events) {
    if (event.type === "RUNS_BULK_DELETED") {
      stale = true;
    } else if ("runId" in event) {
      if (event.type === "RUN_DELETED") {
        deleted.add(event.runId);
      } else if (shown.has(event.runId)) {
        changed.add(event.runId);
      } else if (event.type === "RUN_CREATED") {
        created.add(event.runId);
      }
    }
  }
  return { changed, created, deleted, stale };
}

export type RunListPages = { pages: { items: ListedRun[]; nextCursor: string | null }[]; pageParams: unknown[] };

/** The pages with some rows replaced and some taken out; rows never move. */
export function patchPages<P extends RunListPages>(
  pages: P,
  rows: ReadonlyMap<string, ListedRun>,
  gone: ReadonlySet<string>,
): P {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.filter((run) => !gone.has(run.id)).map((run) => rows.get(run.id) ?? run),
    })),
  };
}
