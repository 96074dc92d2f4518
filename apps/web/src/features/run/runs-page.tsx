"use client";
import { RunStatus } from "@djinnbot/contracts";
import { Button, Card, EmptyState, Input, Page, PageHeader, plural, Select, statusMeta } from "@djinnbot/ui";
import { ArrowUp, Play, Plus, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useFilterKey, useRowKeys, useShortcut } from "@/features/shell/shortcuts.ts";
import { trpc } from "@/trpc/client.ts";
import { NewRunDialog } from "./new-run-dialog.tsx";
import { RunsTable, RunsTableSkeleton } from "./runs-table.tsx";
import { readFilter, useRunList } from "./use-run-list.ts";
import { useUrlState } from "./use-url-state.ts";

const ALL = "all";

/** All runs, newest first, filtered by what the address says. */
export function RunsPage() {
  const url = useUrlState();
  const filter = readFilter(url.get);
  const { list, runs, fresh, showNew } = useRunList(filter);
  const frame = useRef<HTMLDivElement>(null);
  useRowKeys(frame);
  const dialog = useNewRunDialog(url);
  const openNew = dialog.show;
  useShortcut({ keys: "c", label: "New run", group: "Lists", run: openNew });
  const filtered = filter.status !== null || filter.pipelineId !== null || filter.search !== "";
  return (
    <Page>
      <PageHeader
        title="Runs"
        actions={
          <Button variant="primary" icon={<Plus aria-hidden />} onClick={openNew}>
            New run
          </Button>
        }
      />
      <Filters url={url} />
      {list.isError ? (
        <FaultState
          title={runs.length === 0 ? "The runs could not be loaded" : "The list could not be brought up to date"}
          error={list.error}
          onRetry={() => void list.refetch()}
          retrying={list.isRefetching}
        />
      ) : null}
      {list.isError && runs.length === 0 ? null : (
        <div className="relative">
          {fresh > 0 ? <NewRunsButton count={fresh} onShow={showNew} /> : null}
          <Card ref={frame} className="overflow-hidden">
            {list.isPending ? (
              <RunsTableSkeleton />
            ) : runs.length === 0 ? (
              <NoRuns
                filtered={filtered}
                onNew={openNew}
                onClear={() => url.set({ status: null, pipeline: null, q: null })}
              />
            ) : (
              <RunsTable runs={runs} dimmed={list.isPlaceholderData} />
            )}
          </Card>
        </div>
      )}
      {list.hasNextPage ? (
        <Button className="self-center" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Load more
        </Button>
      ) : null}
      <NewRunDialog open={dialog.open} pipelineId={url.get("pipeline")} onClose={dialog.close} />
    </Page>
  );
}

/** Opens and closes at once; the address follows, and leads when it was changed by a link or the way back. */
function useNewRunDialog(url: ReturnType<typeof useUrlState>) {
  const inUrl = url.get("dialog") === "new" || url.get("new") === "1";
  const [open, setOpen] = useState(inUrl);
  useEffect(() => setOpen(inUrl), [inUrl]);
  const show = () => {
    setOpen(true);
    url.set({ dialog: "new" }, { push: true });
  };
  const close = () => {
    setOpen(false);
    url.set({ dialog: null, new: null });
  };
  return { open, show, close };
}

/** Hangs over the list, so that its coming moves nothing. */
function NewRunsButton({ count, onShow }: { count: number; onShow: () => Promise<void> }) {
  return (
    <div className="sticky top-16 z-20 flex h-0 justify-center">
      <Button
        size="sm"
        variant="primary"
        icon={<ArrowUp aria-hidden />}
        onClick={() => {
          window.scrollTo({ top: 0 });
          void onShow();
        }}
        className="-mt-3.5 shadow-pop"
      >
        {plural(count, "new run")}
      </Button>
    </div>
  );
}

const STATUS_OPTIONS = [
  { value: ALL, label: "Any status" },
  ...RunStatus.options.map((status) => ({ value: status, label: statusMeta(status).word })),
];

function Filters({ url }: { url: ReturnType<typeof useUrlState> }) {
  const pipelines = trpc.pipelines.list.useQuery({});
  const input = useRef<HTMLInputElement>(null);
  useFilterKey(input);
  const inUrl = url.get("q") ?? "";
  const { set } = url;
  const [text, setText] = useFilterText(inUrl, set);
  const chosen = url.get("pipeline");
  const known = (pipelines.data ?? []).map((pipeline) => ({ value: pipeline.id, label: pipeline.name }));
  const options = [
    { value: ALL, label: "Any pipeline" },
    ...known,
    ...(chosen !== null && !known.some(({ value }) => value === chosen) ? [{ value: chosen, label: chosen }] : []),
  ];
  return (
    <search className="flex flex-wrap gap-2">
      <div className="w-full sm:w-72">
        <Input
          ref={input}
          type="text"
          role="searchbox"
          aria-label="Filter by task, id or pipeline"
          placeholder="Filter by task, id or pipeline"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
          leading={<Search aria-hidden />}
        />
      </div>
      <Select
        aria-label="Status"
        value={url.get("status") ?? ALL}
        onValueChange={(value) => set({ status: value === ALL ? null : value })}
        options={STATUS_OPTIONS}
        className="w-36 max-sm:flex-1"
      />
      <Select
        aria-label="Pipeline"
        value={chosen ?? ALL}
        onValueChange={(value) => set({ pipeline: value === ALL ? null : value })}
        options={options}
        className="w-44 max-sm:flex-1"
      />
    </search>
  );
}

/** What is typed, written into the address after a pause; a change of the address from elsewhere is taken over. */
function useFilterText(inUrl: string, set: ReturnType<typeof useUrlState>["set"]) {
  const [text, setText] = useState(inUrl);
  const written = useRef(inUrl);
  useEffect(() => {
    // The own word comes back late and must not undo what was typed since.
    if (inUrl !== written.current) {
      written.current = inUrl;
      setText(inUrl);
    }
  }, [inUrl]);
  useEffect(() => {
    if (text === written.current) {
      return;
    }
    const timer = setTimeout(() => {
      written.current = text;
      set({ q: text });
    }, 250);
    return () => clearTimeout(timer);
  }, [text, set]);
  return [text, setText] as const;
}

function NoRuns({ filtered, onNew, onClear }: { filtered: boolean; onNew: () => void; onClear: () => void }) {
  return filtered ? (
    <EmptyState
      icon={<Search aria-hidden />}
      title="No run matches"
      action={
        <Button icon={<X aria-hidden />} onClick={onClear}>
          Clear the filter
        </Button>
      }
    >
      No run has this status, pipeline and text together.
    </EmptyState>
  ) : (
    <EmptyState
      icon={<Play aria-hidden />}
      title="No runs yet"
      action={
        <Button variant="primary" icon={<Plus aria-hidden />} onClick={onNew}>
          New run
        </Button>
      }
      example={{ href: "/runs?dialog=new&pipeline=test-simple", label: "try the small test pipeline" }}
    >
      A run is one task that agents work on step by step, as a pipeline says, on a branch of its own.
    </EmptyState>
  );
}
