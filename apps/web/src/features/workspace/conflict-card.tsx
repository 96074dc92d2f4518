"use client";
import { Badge, Button, CodeBlock, SegmentedControl, SkeletonText, Textarea } from "@djinnbot/ui";
import { Check } from "lucide-react";
import { useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";

export type Decision = { side: "ours" | "theirs" } | { text: string | null };
type Choice = "none" | "ours" | "theirs" | "edit";

type ConflictCardProps = {
  runId: string;
  path: string;
  /** The branch merged into. */
  target: string;
  decision: Decision | undefined;
  onDecide: (decision: Decision) => void;
};

/** One file that both branches changed: its sides, and what is to stay. */
export function ConflictCard({ runId, path, target, decision, onDecide }: ConflictCardProps) {
  const sides = trpc.workspaces.conflicts.useQuery({ runId, file: path }, { retry: false });
  const [editing, setEditing] = useState(false);
  const choice: Choice = editing ? "edit" : decision && "side" in decision ? decision.side : decision ? "edit" : "none";
  const choose = (next: Choice) => {
    setEditing(next === "edit");
    if (next === "ours" || next === "theirs") {
      onDecide({ side: next });
    }
  };
  return (
    <section aria-label={path} className="min-w-0 rounded-lg border border-line">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <h3 dir="auto" className="min-w-0 flex-1 basis-48 font-mono text-xs wrap-anywhere">
          {path}
        </h3>
        <Badge tone={decision ? "ok" : "warn"} icon={decision ? <Check aria-hidden /> : undefined}>
          {decision ? "decided" : "open"}
        </Badge>
        <SegmentedControl<Choice>
          label={`What stays of ${path}`}
          size="sm"
          value={choice}
          onValueChange={choose}
          options={[
            { value: "ours", label: `Keep ${target}` },
            { value: "theirs", label: "Take the run's" },
            ...(sides.data === undefined || sides.data.binary ? [] : [{ value: "edit" as const, label: "Edit" }]),
          ]}
        />
      </div>
      <div className="p-3">
        {sides.isPending ? (
          <SkeletonText lines={4} />
        ) : sides.data === undefined ? (
          <FaultState compact title="Its sides could not be read" error={sides.error} onRetry={() => sides.refetch()} />
        ) : editing ? (
          <Editor
            path={path}
            start={
              decision && "text" in decision
                ? (decision.text ?? "")
                : sides.data.conflictMarkers || (sides.data.oursContent ?? sides.data.theirsContent ?? "")
            }
            onUse={(text) => {
              onDecide({ text });
              setEditing(false);
            }}
          />
        ) : decision && "text" in decision ? (
          <CodeBlock code={decision.text ?? ""} label={`What ${path} becomes`} title="Your text" />
        ) : (
          <Sides data={sides.data} target={target} />
        )}
      </div>
    </section>
  );
}

type SidesProps = {
  data: {
    binary: boolean;
    sides: readonly ("base" | "ours" | "theirs")[];
    oursContent: string | null;
    theirsContent: string | null;
    baseContent: string | null;
  };
  target: string;
};

function Sides({ data, target }: SidesProps) {
  if (data.binary) {
    return <p className="text-sm text-muted">This file is not text: keep one side whole.</p>;
  }
  const side = (name: "ours" | "theirs", title: string, text: string | null) =>
    data.sides.includes(name) ? (
      <CodeBlock code={text ?? ""} title={title} label={title} maxHeight="16rem" />
    ) : (
      <p className="rounded-md border border-line bg-sunken p-3 text-sm text-muted">
        {title}: the file is removed here.
      </p>
    );
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 @3xl:grid-cols-2">
        {side("ours", target, data.oursContent)}
        {side("theirs", "The run", data.theirsContent)}
      </div>
      {data.baseContent === null ? null : (
        <details>
          <summary className="cursor-pointer text-xs text-muted">Before both changes</summary>
          <CodeBlock code={data.baseContent} label="Before both changes" maxHeight="16rem" className="mt-2" />
        </details>
      )}
    </div>
  );
}

function Editor({ path, start, onUse }: { path: string; start: string; onUse: (text: string) => void }) {
  const [text, setText] = useState(start);
  const marked = /^(<{7}|={7}|>{7})/m.test(text);
  return (
    <div className="flex flex-col gap-2">
      <Textarea
        mono
        autoGrow
        dir="ltr"
        spellCheck={false}
        aria-label={`Text of ${path}`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button size="sm" disabled={marked} onClick={() => onUse(text)}>
          Use this text
        </Button>
        {marked ? (
          <span className="text-xs text-muted">Remove the marker lines (&lt;&lt;&lt;, ===, &gt;&gt;&gt;) first.</span>
        ) : null}
      </div>
    </div>
  );
}
