"use client";
import type { LlmCall } from "@djinnbot/contracts";
import {
  Button,
  cn,
  Duration,
  EmptyState,
  formatCount,
  formatDateTime,
  formatTime,
  Money,
  plural,
  SkeletonTable,
  StatusIcon,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  TokenCount,
} from "@djinnbot/ui";
import { Cpu } from "lucide-react";
import { useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { stopWord } from "./stop-word.ts";

const PAGE = 100;
const micros = (dollars: number | null) => (dollars === null ? null : Math.round(dollars * 1_000_000));

/** Every model call of the run with its tokens, cost and latency. */
export function CallsTab({ runId }: { runId: string }) {
  const [offset, setOffset] = useState(0);
  const calls = trpc.llmCalls.list.useQuery({ runId, limit: PAGE, offset }, { placeholderData: (before) => before });
  if (calls.isPending) {
    return <SkeletonTable columns={5} />;
  }
  if (calls.isError) {
    return (
      <FaultState
        className="m-4"
        title="The model calls could not be loaded"
        error={calls.error}
        onRetry={() => calls.refetch()}
      />
    );
  }
  const { calls: rows, summary, total, hasMore } = calls.data;
  if (total === 0) {
    return (
      <EmptyState icon={<Cpu aria-hidden />} title="No model calls yet">
        Each time an agent asks its model, the call stands here with its tokens, cost and latency.
      </EmptyState>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p className="flex flex-wrap gap-x-4 border-b border-line px-4 py-2 text-xs text-muted">
        <span>{plural(summary.callCount, "call")}</span>
        <span>
          <TokenCount value={summary.totalInputTokens} /> in · <TokenCount value={summary.totalOutputTokens} /> out
        </span>
        <span>
          <Money micros={micros(summary.totalCost)} />
        </span>
        {summary.contextUsedTokens === null ? null : (
          <span title="Of the newest call">
            Context <TokenCount value={summary.contextUsedTokens} />
            {summary.contextWindowTokens === null ? null : (
              <>
                {" "}
                of <TokenCount value={summary.contextWindowTokens} /> ({summary.contextPercent} %)
              </>
            )}
          </span>
        )}
        <span>
          <Duration ms={summary.avgDurationMs} /> on average
        </span>
      </p>
      <div className="min-h-0 flex-1 overflow-auto">
        <CallsTable calls={rows} />
      </div>
      {total <= PAGE ? null : (
        <div className="flex items-center justify-between gap-2 border-t border-line px-4 py-2 text-xs text-muted">
          <span>
            {formatCount(offset + 1)}–{formatCount(offset + rows.length)} of {formatCount(total)}
          </span>
          <span className="flex gap-2">
            <Button size="sm" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
              Newer
            </Button>
            <Button size="sm" disabled={!hasMore} onClick={() => setOffset(offset + PAGE)}>
              Older
            </Button>
          </span>
        </div>
      )}
    </div>
  );
}

/** Columns that a phone leaves out, so that cost and result stay in sight; the model then stands below its step. */
const WIDE = "@max-lg:hidden";

function CallsTable({ calls }: { calls: readonly LlmCall[] }) {
  return (
    <Table label="Model calls">
      <TableHead>
        <tr>
          <TableHeaderCell>When</TableHeaderCell>
          <TableHeaderCell>Step</TableHeaderCell>
          <TableHeaderCell className={WIDE}>Model</TableHeaderCell>
          <TableHeaderCell align="right" className={WIDE}>
            In
          </TableHeaderCell>
          <TableHeaderCell align="right" className={WIDE}>
            Out
          </TableHeaderCell>
          <TableHeaderCell align="right">Cost</TableHeaderCell>
          <TableHeaderCell align="right" className={WIDE}>
            Latency
          </TableHeaderCell>
          <TableHeaderCell>Result</TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {calls.map((call) => (
          <TableRow key={call.id}>
            <TableCell className="text-xs whitespace-nowrap text-muted">
              <time
                dateTime={new Date(call.createdAt).toISOString()}
                title={formatDateTime(call.createdAt)}
                suppressHydrationWarning
              >
                {formatTime(call.createdAt)}
              </time>
            </TableCell>
            <TableCell className="max-w-40">
              <span className="block truncate">{call.stepId ?? "–"}</span>
              <span className="block text-xs wrap-anywhere text-muted @lg:hidden">{call.model}</span>
            </TableCell>
            <TableCell mono className={cn("whitespace-nowrap", WIDE)}>
              {call.provider}/{call.model}
              {call.requestedModel === null ? null : (
                <span className="block text-muted">instead of {call.requestedModel}</span>
              )}
            </TableCell>
            <TableCell align="right" className={WIDE}>
              <TokenCount value={call.inputTokens} />
            </TableCell>
            <TableCell align="right" className={WIDE}>
              <TokenCount value={call.outputTokens} />
            </TableCell>
            <TableCell align="right" className="whitespace-nowrap">
              {call.costApproximate ? <span title="The price is not fully known">≈ </span> : null}
              <Money micros={micros(call.costTotal)} />
            </TableCell>
            <TableCell align="right" className={WIDE}>
              <Duration ms={call.durationMs} />
            </TableCell>
            <TableCell>
              <CallResult call={call} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function CallResult({ call }: { call: LlmCall }) {
  const failed = call.error !== null || (call.status !== null && call.status >= 400);
  const text = call.error ?? (failed ? `HTTP ${call.status}` : stopWord(call.stopReason));
  return (
    <span className="flex max-w-64 items-center @max-lg:max-w-28 gap-1.5 text-xs" title={text}>
      <StatusIcon status={failed ? "failed" : "completed"} />
      <span className="truncate">{text}</span>
    </span>
  );
}
