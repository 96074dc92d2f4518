"use client";
import { CopyButton, cn, formatBytes, formatDuration, formatTime, TextLink } from "@djinnbot/ui";
import {
  Brain,
  ChevronRight,
  CircleCheck,
  CircleX,
  FileMinus,
  FilePen,
  FilePlus,
  Info,
  RotateCw,
  TriangleAlert,
} from "lucide-react";
import { memo, type ReactNode } from "react";
import { CompactionMark } from "./compaction-mark.tsx";
import { Markdown } from "./markdown.tsx";
import { isPlain } from "./split-text.ts";
import { ToolCard } from "./tool-card.tsx";
import type { FileItem, NoticeItem, RetryItem, TextItem, ThinkingItem, TranscriptItem } from "./transcript-model.ts";
import { useHeld } from "./use-held.ts";

export type TranscriptRowProps = {
  item: TranscriptItem;
  open: boolean;
  onToggle: (id: string, open: boolean) => void;
  /** This block is still being written. */
  streaming: boolean;
  /** Marked by the search. */
  current: boolean;
};

/** One entry of a transcript. */
export const TranscriptRow = memo(function TranscriptRow(props: TranscriptRowProps) {
  const { item, current } = props;
  return (
    <div className={cn("px-4 py-1.5", current && "bg-accent-soft")}>
      <Content {...props} item={item} />
    </div>
  );
});

function Content({ item, open, onToggle, streaming }: TranscriptRowProps) {
  switch (item.kind) {
    case "text":
      return <TextRow item={item} streaming={streaming} />;
    case "thinking":
      return <Thinking item={item} open={open} onToggle={onToggle} streaming={streaming} />;
    case "tool":
      return <ToolCard item={item} open={open} onToggle={onToggle} />;
    case "file":
      return <FileLine item={item} />;
    case "retry":
      return <RetryLine item={item} />;
    case "compaction":
      return <CompactionMark item={item} open={open} onToggle={onToggle} />;
    case "notice":
      return <NoticeLine item={item} />;
  }
}

/** What the agent says; while the reader selects in it, it does not grow. */
function TextRow({ item, streaming }: { item: TextItem; streaming: boolean }) {
  const { ref, text, held, behind } = useHeld(item.text, streaming);
  return (
    <div className="group/text flex items-start gap-2">
      <div ref={ref} className="min-w-0 flex-1">
        {isPlain(item) ? (
          <PlainText text={text} />
        ) : (
          <Markdown text={text} streaming={streaming || held} className="py-1" />
        )}
        {behind ? <p className="text-xs text-faint select-none">More follows when nothing is selected.</p> : null}
      </div>
      <CopyButton
        text={item.text}
        label="Copy text"
        className="opacity-0 group-hover/text:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
      />
    </div>
  );
}

/** A piece of a text that is too long to be read as markdown, as it stands. */
function PlainText({ text }: { text: string }) {
  return (
    <div dir="auto" className="prose-width min-w-0 text-sm wrap-anywhere whitespace-pre-wrap [unicode-bidi:plaintext]">
      {text.replace(/\n$/, "")}
    </div>
  );
}

type FoldProps = {
  item: ThinkingItem;
  open: boolean;
  onToggle: (id: string, open: boolean) => void;
  streaming: boolean;
};

function Thinking({ item, open, onToggle, streaming }: FoldProps) {
  const length = item.endedAt - item.at;
  const { ref, text } = useHeld(item.text, streaming && open);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(item.id, !open)}
        className="flex min-h-6 w-full items-center gap-1.5 rounded-sm text-left text-xs text-muted hover:text-fg"
      >
        <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
        <Brain aria-hidden className="size-3.5" />
        {streaming ? "Thinking…" : `Thought${length >= 1000 ? ` for ${formatDuration(length)}` : ""}`}
        {open ? null : (
          <span dir="auto" className="min-w-0 truncate text-faint">
            {item.text.slice(0, 200).trim()}
          </span>
        )}
      </button>
      {open ? (
        <div
          ref={ref}
          dir="auto"
          className="mt-1 ml-1.5 border-l border-line pl-4 text-sm wrap-anywhere whitespace-pre-wrap text-muted [unicode-bidi:plaintext]"
        >
          {text}
        </div>
      ) : null}
    </div>
  );
}

type LineProps = { icon: ReactNode; at: number; className?: string; children: ReactNode };

function Line({ icon, at, className, children }: LineProps) {
  return (
    <div
      className={cn(
        "flex items-start gap-1.5 text-xs text-muted [&>svg]:mt-0.5 [&>svg]:size-3.5 [&>svg]:shrink-0",
        className,
      )}
    >
      {icon}
      <div className="min-w-0 flex-1 wrap-anywhere">{children}</div>
      <time className="shrink-0 text-faint" dateTime={new Date(at).toISOString()} suppressHydrationWarning>
        {formatTime(at)}
      </time>
    </div>
  );
}

const FILE_LOOKS = {
  create: { icon: FilePlus, word: "Created" },
  modify: { icon: FilePen, word: "Changed" },
  delete: { icon: FileMinus, word: "Deleted" },
};

function FileLine({ item }: { item: FileItem }) {
  const look = FILE_LOOKS[item.action];
  return (
    <Line icon={<look.icon aria-hidden />} at={item.at}>
      {look.word} <span className="font-mono text-fg">{item.path}</span>
      {item.size === null ? null : <span className="text-faint"> · {formatBytes(item.size)}</span>}
    </Line>
  );
}

function RetryLine({ item }: { item: RetryItem }) {
  return (
    <Line icon={<RotateCw aria-hidden className="text-warn" />} at={item.at}>
      <span className="font-medium text-warn">Model call repeated</span> (try {item.tries}, after{" "}
      {formatDuration(item.waitMs)}): {item.error}
    </Line>
  );
}

const NOTICE_LOOKS = {
  neutral: { icon: Info, classes: "text-muted" },
  ok: { icon: CircleCheck, classes: "text-ok" },
  warn: { icon: TriangleAlert, classes: "text-warn" },
  danger: { icon: CircleX, classes: "text-danger" },
};

/** A fact about the step or the run between the lines. */
export function NoticeLine({ item }: { item: NoticeItem }) {
  const look = NOTICE_LOOKS[item.tone];
  return (
    <Line icon={<look.icon aria-hidden className={look.classes} />} at={item.at}>
      <span className={cn(item.tone !== "neutral" && "font-medium", look.classes)}>{item.title}</span>
      {item.detail ? (
        <span className="whitespace-pre-wrap">
          {" "}
          — <bdi>{item.detail}</bdi>
        </span>
      ) : null}
      {item.link === undefined ? null : (
        <>
          {" "}
          <TextLink href={item.link.href}>{item.link.label}</TextLink>
        </>
      )}
    </Line>
  );
}
