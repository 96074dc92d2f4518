"use client";
import type { LlmCall, RunDetail, RunUsage } from "@djinnbot/contracts";
import {
  cn,
  Duration,
  formatDuration,
  Money,
  SkeletonTable,
  StatusIcon,
  statusMeta,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  TextLink,
  TokenCount,
  useNow,
} from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";
import { useDelegations } from "../delegation/delegations-tab.tsx";
import { FaultState } from "../form/fault-state.tsx";
import { findEntry, type TimelineEntry, turnWords } from "../run/timeline.ts";
import { attemptKey } from "../run/transcript-model.ts";
import { type Axis, axisOf, type Bar, barsOf, modelSpans, place, type Span } from "./bars.ts";

type TimelineTabProps = {
  run: RunDetail;
  entries: readonly TimelineEntry[];
  over: boolean;
  onSelect: (key: string) => void;
};

/** When each step, attempt, branch and executor waited and worked, and what it cost; then the cost by model. */
export function TimelineTab({ run, entries, over, onSelect }: TimelineTabProps) {
  const now = useNow(over ? null : 1000);
  const delegations = useDelegations(run.id);
  const usage = useUsage(run.id, over);
  const calls = useCalls(run.id, over);
  const executionOf = (stepId: string, attempt: number) => {
    const key = attemptKey(stepId, attempt);
    const entry = findEntry(entries, key);
    return { key, turn: entry === null ? "" : turnWords(entry) };
  };
  const bars = barsOf(run, delegations.data?.swarms ?? [], executionOf).map((bar) => withUsage(bar, usage.data));
  const axis = axisOf(bars, over ? null : now);
  return (
    <div className="flex flex-col">
      {axis === null ? (
        <p className="p-4 text-sm text-muted">Nothing has happened yet.</p>
      ) : (
        <>
          <Bars bars={bars} axis={axis} calls={calls} onSelect={onSelect} />
          <p className="px-3 py-1.5 text-xs text-muted max-sm:hidden">
            Thin line: in the queue. Dark: the model at work; the rest of a bar is tools.
          </p>
        </>
      )}
      <Usage usage={usage} />
    </div>
  );
}

/** Costs of branches and executors grow without an event on this run's stream. */
const REREAD_MS = 5000;

function useUsage(runId: string, over: boolean) {
  return trpc.runs.usage.useQuery({ runId }, { refetchInterval: over ? false : REREAD_MS });
}

/** The newest calls: as many as one answer holds. */
function useCalls(runId: string, over: boolean): readonly LlmCall[] {
  const calls = trpc.llmCalls.list.useQuery({ runId, limit: 200 }, { refetchInterval: over ? false : REREAD_MS });
  return calls.data?.calls ?? [];
}

/** What a run of its own has used in all its steps. */
function withUsage(bar: Bar, usage: RunUsage | undefined): Bar {
  const { open } = bar;
  const own = "run" in open ? (usage?.byStep.filter(({ runId }) => runId === open.run) ?? []) : [];
  const sum = (name: "inputTokens" | "outputTokens") => own.reduce((total, one) => total + one[name], 0);
  return own.length === 0 ? bar : { ...bar, inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens") };
}

type BarsProps = {
  bars: readonly Bar[];
  axis: Axis;
  calls: readonly LlmCall[];
  onSelect: (key: string) => void;
};

function Bars({ bars, axis, calls, onSelect }: BarsProps) {
  return (
    <Table label="What happened when">
      <TableHead>
        <tr>
          <TableHeaderCell>Step</TableHeaderCell>
          <TableHeaderCell className="w-full max-sm:hidden">
            <TickLabels axis={axis} />
          </TableHeaderCell>
          <TableHeaderCell align="right">Took</TableHeaderCell>
          <TableHeaderCell align="right" className="@max-lg:hidden">
            Tokens
          </TableHeaderCell>
          <TableHeaderCell align="right">Cost</TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {bars.map((bar) => (
          <TableRow key={bar.id}>
            <TableCell className={cn("max-w-56", bar.depth === 1 && "pl-8")}>
              <BarLabel bar={bar} onSelect={onSelect} />
            </TableCell>
            <TableCell className="max-sm:hidden">
              <BarShape bar={bar} axis={axis} asked={modelSpans(bar, calls)} />
            </TableCell>
            <TableCell align="right" className="text-xs text-muted">
              {bar.startedAt === null ? "–" : <Duration from={bar.startedAt} to={bar.endedAt} />}
            </TableCell>
            <TableCell align="right" className="text-xs text-muted @max-lg:hidden">
              {bar.inputTokens === null ? "–" : <TokenCount value={bar.inputTokens + (bar.outputTokens ?? 0)} />}
            </TableCell>
            <TableCell align="right" className="text-xs text-muted">
              <Money micros={bar.costMicros} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function BarLabel({ bar, onSelect }: { bar: Bar; onSelect: (key: string) => void }) {
  const { label, detail, status, open } = bar;
  const name = "truncate font-medium hover:underline";
  return (
    <span className="flex min-w-0 items-start gap-2">
      <StatusIcon status={status} className="mt-0.5 shrink-0 [&_svg]:size-3.5" />
      <span className="flex min-w-0 flex-col leading-tight">
        {"run" in open ? (
          <TextLink href={`/runs/${open.run}`} className="truncate">
            {label}
          </TextLink>
        ) : (
          <button type="button" dir="auto" className={cn(name, "text-left")} onClick={() => onSelect(open.step)}>
            {label}
          </button>
        )}
        {detail === null ? null : (
          <span dir="auto" className="truncate text-xs text-muted">
            {detail}
          </span>
        )}
      </span>
    </span>
  );
}

const FILLS: Record<string, string> = {
  completed: "bg-ok",
  failed: "bg-danger",
  running: "bg-info",
  waiting: "bg-warn",
  paused: "bg-warn",
};

/** The thin line before a bar is its time in the queue, the dark parts of it are its model at work. */
function BarShape({ bar, axis, asked }: { bar: Bar; axis: Axis; asked: readonly Span[] }) {
  const { queuedAt, startedAt, endedAt, status } = bar;
  const begun = startedAt ?? endedAt;
  const end = place(axis, endedAt ?? axis.to);
  const start = begun === null ? null : place(axis, begun);
  const queued = queuedAt === null ? null : place(axis, queuedAt);
  return (
    <div aria-hidden className="relative h-5 min-w-40" title={statusMeta(status).word}>
      {axis.ticks.map((tick) => (
        <span
          key={tick}
          className="absolute inset-y-0 w-px bg-line"
          style={{ left: `${place(axis, axis.from + tick)}%` }}
        />
      ))}
      {queued === null ? null : (
        <span
          className="absolute top-1/2 h-px bg-line-control"
          style={{ left: `${queued}%`, width: `${Math.max(0, (start ?? end) - queued)}%` }}
        />
      )}
      {start === null ? null : (
        <span
          className={cn("absolute inset-y-1 rounded-sm", FILLS[status] ?? "bg-line-control")}
          style={{ left: `${start}%`, width: `max(3px, ${end - start}%)` }}
        />
      )}
      {asked.map(({ from, to }) => (
        <span
          key={`${from} ${to}`}
          className="absolute inset-y-1 min-w-px rounded-sm bg-black/30"
          style={{ left: `${place(axis, from)}%`, width: `${place(axis, to) - place(axis, from)}%` }}
        />
      ))}
    </div>
  );
}

function TickLabels({ axis }: { axis: Axis }) {
  return (
    <span className="relative block h-4 min-w-40">
      <span className="sr-only">Time line; dark parts of a bar are its model at work</span>
      {axis.ticks.map((tick) => {
        const at = place(axis, axis.from + tick);
        return (
          <span
            key={tick}
            aria-hidden
            className={cn("absolute font-normal", at > 95 ? "-translate-x-full" : "-translate-x-1/2")}
            style={{ left: `${at}%` }}
          >
            {formatDuration(tick)}
          </span>
        );
      })}
    </span>
  );
}

function Usage({ usage }: { usage: ReturnType<typeof useUsage> }) {
  if (usage.isError && usage.data === undefined) {
    const retry = () => void usage.refetch();
    return <FaultState className="m-4" title="The cost could not be loaded" error={usage.error} onRetry={retry} />;
  }
  if (usage.data === undefined) {
    return <SkeletonTable rows={2} columns={5} />;
  }
  return usage.data.byModel.length === 0 ? null : <ByModel usage={usage.data} />;
}

function ByModel({ usage: { byModel, total } }: { usage: RunUsage }) {
  const rows = [...byModel, ...(byModel.length > 1 ? [{ ...total, model: "All models", durationMs: 0 }] : [])];
  return (
    <div className="border-t border-line">
      <h2 className="px-3 pt-3 pb-1 text-xs font-medium text-muted">Cost by model, branches and executors included</h2>
      <Table label="Cost by model">
        <TableHead>
          <tr>
            <TableHeaderCell>Model</TableHeaderCell>
            <TableHeaderCell align="right">Calls</TableHeaderCell>
            <TableHeaderCell align="right">In</TableHeaderCell>
            <TableHeaderCell align="right" className="@max-lg:hidden">
              From cache
            </TableHeaderCell>
            <TableHeaderCell align="right">Out</TableHeaderCell>
            <TableHeaderCell align="right">Cost</TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.model}>
              <TableCell mono>{row.model}</TableCell>
              <TableCell align="right">{row.calls}</TableCell>
              <TableCell align="right">
                <TokenCount value={row.inputTokens} />
              </TableCell>
              <TableCell align="right" className="@max-lg:hidden">
                <TokenCount value={row.cacheReadTokens} />
              </TableCell>
              <TableCell align="right">
                <TokenCount value={row.outputTokens} />
              </TableCell>
              <TableCell align="right" className="whitespace-nowrap">
                {row.costApproximate ? <span title="The price is not fully known">≈ </span> : null}
                <Money micros={row.costMicros} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
