import type { Budget } from "@djinnbot/contracts";
import { formatMoney, formatTokens, Progress } from "@djinnbot/ui";

/** How much of each limit is used, and what calls under way hold of it. */
export function BudgetMeters({ budget, label }: { budget: Budget; label: string }) {
  const { usage, costMicros, tokens } = budget;
  return (
    <div className="flex flex-col gap-x-6 gap-y-2 sm:flex-row [&>*]:flex-1">
      {costMicros === null ? null : (
        <Meter
          label={`${label}: dollars`}
          budget={budget}
          used={usage.costMicros}
          held={usage.reservedCostMicros}
          limit={costMicros}
          show={formatMoney}
        />
      )}
      {tokens === null ? null : (
        <Meter
          label={`${label}: tokens`}
          budget={budget}
          used={usage.tokens}
          held={usage.reservedTokens}
          limit={tokens}
          show={(count) => `${formatTokens(count)} tokens`}
        />
      )}
    </div>
  );
}

type MeterProps = {
  label: string;
  budget: Budget;
  used: number;
  held: number;
  limit: number;
  show: (amount: number) => string;
};

function Meter({ label, budget, used, held, limit, show }: MeterProps) {
  const share = (used / limit) * 100;
  const tone =
    share >= 100 ? (budget.hard ? "danger" : "warn") : share >= (budget.warnPercent ?? 101) ? "warn" : "accent";
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
        <span>
          <strong className="font-medium">{show(used)}</strong> <span className="text-muted">of {show(limit)}</span>
        </span>
        <span className="text-muted">
          {held > 0 ? `${show(held)} held by calls under way · ` : ""}
          {share > 100 ? `over by ${show(used - limit)}` : `${Math.floor(share)} %`}
        </span>
      </p>
      <Progress label={label} value={Math.min(used, limit)} max={limit} tone={tone} showCount={false} />
    </div>
  );
}
