"use client";
import { isTerminal, type RunDetail, type RunStatus } from "@djinnbot/contracts";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@djinnbot/ui";
import { type RefObject, useEffect, useRef, useState } from "react";
import { DelegationsTab, useDelegations } from "@/features/delegation/delegations-tab.tsx";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useShortcut } from "@/features/shell/shortcuts.ts";
import { TimelineTab } from "@/features/timeline/timeline-tab.tsx";
import { FilesTab } from "@/features/workspace/files-tab.tsx";
import { ActivityLine } from "./activity-line.tsx";
import { CallsTab } from "./calls-tab.tsx";
import { EarlierBar } from "./earlier-bar.tsx";
import { ResultTab } from "./result-tab.tsx";
import { CommitsTab, OutputsTab, RawTab } from "./step-tabs.tsx";
import type { TimelineEntry } from "./timeline.ts";
import { TranscriptView } from "./transcript-view.tsx";
import type { useRun } from "./use-run.ts";

const TABS = ["result", "transcript", "timeline", "outputs", "commits", "files", "executors", "calls", "raw"] as const;
type Tab = (typeof TABS)[number];

/** The tab an address names. */
export function readTab(name: string | null): Tab | null {
  return TABS.find((tab) => tab === name) ?? null;
}

type RunTabsProps = {
  tab: Tab;
  onTab: (tab: Tab) => void;
  run: RunDetail;
  status: RunStatus;
  entry: TimelineEntry | null;
  feed: ReturnType<typeof useRun>["feed"];
  timeline: readonly TimelineEntry[];
  onRead: () => void;
  onSelect: (key: string) => void;
  /** Grows when the end of the step is to be shown again. */
  jumps: number;
};

/** What the run achieved, and all about the selected step. */
export function RunTabs(props: RunTabsProps) {
  const { tab, onTab, status, feed, timeline } = props;
  const commits = timeline.filter((entry) => entry.commitHash !== null).length;
  const executors = useDelegations(props.run.id).data?.swarms.flatMap(({ tasks }) => tasks).length ?? 0;
  const searchInput = useSearchKey(tab, onTab);
  const hasExecutors = executors > 0 || tab === "executors";
  const hasResult = status === "completed" || tab === "result";
  return (
    <Tabs
      value={tab}
      onValueChange={(next) => onTab(readTab(next) ?? "transcript")}
      className="@container flex min-h-0 flex-1 flex-col"
    >
      <TabsList className="shrink-0 px-4">
        {hasResult ? <TabsTrigger value="result">Result</TabsTrigger> : null}
        <TabsTrigger value="transcript">Transcript</TabsTrigger>
        <TabsTrigger value="timeline">Timeline</TabsTrigger>
        <TabsTrigger value="outputs">Outputs</TabsTrigger>
        <TabsTrigger value="commits" count={commits}>
          Commits
        </TabsTrigger>
        <TabsTrigger value="files">Files</TabsTrigger>
        {hasExecutors ? (
          <TabsTrigger value="executors" count={executors}>
            Executors
          </TabsTrigger>
        ) : null}
        <TabsTrigger value="calls">Model calls</TabsTrigger>
        <TabsTrigger value="raw" count={feed.model.events.length}>
          <span>
            Raw<span className="@max-lg:sr-only"> events</span>
          </span>
        </TabsTrigger>
      </TabsList>
      {TABS.filter((name) => (name === "result" ? hasResult : name === "executors" ? hasExecutors : true)).map(
        (name) => (
          <TabsContent
            key={name}
            value={name}
            tabIndex={-1}
            className="flex min-h-0 flex-1 flex-col pt-0 data-[state=inactive]:hidden"
          >
            <TabBody {...props} tab={name} searchInput={searchInput} />
          </TabsContent>
        ),
      )}
    </Tabs>
  );
}

/** `/` goes to the search of the transcript, from every tab. */
function useSearchKey(tab: Tab, onTab: (tab: Tab) => void): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState(false);
  useShortcut({
    keys: "/",
    label: "Search the transcript",
    group: "Run",
    run: () => {
      if (tab !== "transcript") {
        onTab("transcript");
      }
      setWanted(true);
    },
  });
  // The tab follows its address, so its search may be there a moment later.
  useEffect(() => {
    if (wanted && tab === "transcript") {
      setWanted(false);
      input.current?.focus();
      input.current?.select();
    }
  }, [wanted, tab]);
  return input;
}

type TabBodyProps = RunTabsProps & Pick<TranscriptProps, "searchInput">;

function TabBody(props: TabBodyProps) {
  const { tab, run, status, entry, feed, timeline, onSelect } = props;
  if (tab === "raw") {
    return (
      <>
        {feed.earlier.more ? <EarlierBar earlier={feed.earlier} /> : null}
        <RawTab events={feed.model.events} />
      </>
    );
  }
  if (tab === "files") {
    return <FilesTab run={run} status={status} />;
  }
  if (tab === "timeline") {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <TimelineTab run={run} entries={timeline} over={isTerminal(status)} onSelect={onSelect} />
      </div>
    );
  }
  if (tab === "executors") {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <DelegationsTab runId={run.id} />
      </div>
    );
  }
  if (tab === "calls") {
    return <CallsTab runId={run.id} />;
  }
  if (tab === "commits" || tab === "result") {
    const Body = tab === "result" ? ResultTab : CommitsTab;
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Body run={run} entries={timeline} onSelect={onSelect} />
      </div>
    );
  }
  if (entry === null) {
    return <p className="p-4 text-sm text-muted">The first step starts as soon as an engine is free.</p>;
  }
  if (tab === "outputs") {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto">
        <OutputsTab entry={entry} />
      </div>
    );
  }
  return <Transcript {...props} entry={entry} />;
}

type TranscriptProps = Pick<RunTabsProps, "run" | "status" | "feed" | "onRead" | "jumps"> & {
  entry: TimelineEntry;
  searchInput: RefObject<HTMLInputElement | null>;
};

function Transcript({ run, status, entry, feed, searchInput, onRead, jumps }: TranscriptProps) {
  if (feed.history.isError) {
    return (
      <FaultState
        className="m-4"
        title="The transcript could not be loaded"
        error={feed.history.error}
        onRetry={() => feed.history.refetch()}
      />
    );
  }
  const told = feed.model.attempts[entry.key];
  const items = told?.items ?? [];
  return (
    <TranscriptView
      key={`${entry.key} ${jumps}`}
      entry={entry}
      items={items}
      loading={feed.history.isPending}
      earlier={feed.earlier}
      cut={feed.earlier.more && !entry.planned && (told?.queuedAt ?? null) === null}
      activity={<ActivityLine run={run} status={status} entry={entry} items={items} />}
      searchInput={searchInput}
      onRead={onRead}
    />
  );
}
