"use client";
import { CopyButton, cn, Duration, formatDuration, SegmentedControl, Spinner } from "@djinnbot/ui";
import {
  ChevronRight,
  CircleDashed,
  FileText,
  FolderOpen,
  Image,
  Pencil,
  Search,
  Terminal,
  Wrench,
  X,
} from "lucide-react";
import { memo, type ReactNode, useMemo, useState } from "react";
import { AnsiText } from "./ansi-text.tsx";
import { readToolArgs, type ToolArgs } from "./tool-summary.ts";
import type { ToolItem } from "./transcript-model.ts";

const ICONS: Record<string, typeof Wrench> = {
  bash: Terminal,
  read: FileText,
  write: Pencil,
  edit: Pencil,
  multiedit: Pencil,
  grep: Search,
  find: Search,
  ls: FolderOpen,
};

type ToolCardProps = { item: ToolItem; open: boolean; onToggle: (id: string, open: boolean) => void };

/** One tool call: what was called with what in one line; unfolded, its arguments and its result, readable or raw. */
export const ToolCard = memo(function ToolCard({ item, open, onToggle }: ToolCardProps) {
  const args = useMemo(() => readToolArgs(item.args), [item.args]);
  const Icon = ICONS[item.name] ?? Wrench;
  return (
    <div className={cn("rounded-md border bg-surface", item.state === "error" ? "border-danger-line" : "border-line")}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(item.id, !open)}
        className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left text-xs hover:bg-hover/60"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <Icon aria-hidden className="size-3.5 shrink-0 text-muted" />
        <span className="shrink-0 font-mono font-medium">{item.name}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-muted">{args.summary}</span>
        {isImage(item) ? (
          <span className="flex shrink-0 items-center gap-1 text-muted">
            <Image aria-hidden className="size-3.5" /> Image
          </span>
        ) : null}
        <State item={item} />
      </button>
      {open ? <Body item={item} args={args} /> : null}
    </div>
  );
});

/** The picture itself is shown to the model only; here stands that there was one. */
function isImage({ name, state, result }: ToolItem): boolean {
  return (
    name === "read" &&
    state === "done" &&
    / is an image \(image\/\w+, \d+ bytes\)\. It is shown below\.$/.test(result ?? "")
  );
}

function State({ item }: { item: ToolItem }) {
  if (item.state === "running") {
    return (
      <span className="flex shrink-0 items-center gap-1.5 text-info">
        <Spinner /> Running <Duration from={item.at} />
      </span>
    );
  }
  if (item.state === "unfinished") {
    return (
      <span className="flex shrink-0 items-center gap-1 text-muted">
        <CircleDashed aria-hidden className="size-3.5" /> Not finished
      </span>
    );
  }
  return (
    <span className="flex shrink-0 items-center gap-2 text-faint">
      {item.state === "error" ? (
        <span className="flex items-center gap-1 font-medium text-danger">
          <X aria-hidden className="size-3.5" /> Error
        </span>
      ) : null}
      {item.durationMs === null ? null : formatDuration(item.durationMs)}
    </span>
  );
}

const VIEWS = [
  { value: "read" as const, label: "Readable" },
  { value: "raw" as const, label: "Raw" },
];

function Body({ item, args }: { item: ToolItem; args: ToolArgs }) {
  const [view, setView] = useState<"read" | "raw">("read");
  return (
    <div className="flex flex-col gap-2 border-t border-line p-2">
      <div className="flex items-center justify-between gap-2">
        <SegmentedControl label="View of the call" size="sm" value={view} onValueChange={setView} options={VIEWS} />
        <span className="font-mono text-xs text-faint">{item.callId}</span>
      </div>
      {view === "raw" ? (
        <>
          <Well title="Arguments" text={item.args ?? "not seen"} raw />
          {item.result === null ? null : <Well title="Result" text={item.result} raw />}
        </>
      ) : (
        <>
          <Arguments item={item} args={args} />
          {item.result === null ? null : (
            <Well
              title={item.state === "error" ? "Error" : "Result"}
              text={item.result}
              error={item.state === "error"}
            />
          )}
        </>
      )}
    </div>
  );
}

function Arguments({ item, args }: { item: ToolItem; args: ToolArgs }) {
  if (item.args === null) {
    return <p className="text-xs text-muted">The beginning of this call was not recorded.</p>;
  }
  const short = args.fields.filter((field) => !field.block);
  return (
    <>
      {short.length === 0 ? null : (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 px-1 text-xs">
          {short.map((field) => (
            <div key={field.name} className="col-span-2 grid grid-cols-subgrid">
              <dt className="text-muted">{field.name}</dt>
              <dd className="min-w-0 font-mono wrap-anywhere">{field.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {args.fields
        .filter((field) => field.block)
        .map((field) => (
          <Well key={field.name} title={field.name} text={field.value} />
        ))}
    </>
  );
}

type WellProps = { title: ReactNode; text: string; raw?: boolean; error?: boolean };

function Well({ title, text, raw, error }: WellProps) {
  return (
    <div className="rounded-md border border-line bg-sunken">
      <div className="flex items-center justify-between gap-2 border-b border-line pl-2 text-xs text-muted">
        <span className={cn(error && "font-medium text-danger")}>{title}</span>
        <CopyButton text={text} label={`Copy ${typeof title === "string" ? title.toLowerCase() : "text"}`} />
      </div>
      <section
        aria-label={typeof title === "string" ? title : "Text"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        data-focus="inset"
        className="max-h-80 overflow-auto p-2"
      >
        {text === "" ? (
          <p className="text-xs text-faint">Empty.</p>
        ) : raw ? (
          <pre className="font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap">{text}</pre>
        ) : (
          <AnsiText text={text} />
        )}
      </section>
    </div>
  );
}
