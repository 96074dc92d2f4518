import type { Budget } from "@djinnbot/contracts";
import { Badge } from "@djinnbot/ui";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";

type BudgetStateProps = {
  budget: Pick<Budget, "hard" | "usage">;
  /** A run ended at it, though the call that did not fit left it unspent. */
  stopped?: boolean;
};

/** The state of a budget as an icon and a word. */
export function BudgetState({ budget, stopped = false }: BudgetStateProps) {
  const { state } = budget.usage;
  if (stopped) {
    return (
      <Badge tone="danger" icon={<OctagonX aria-hidden />}>
        Stopped the run
      </Badge>
    );
  }
  if (state === "exceeded") {
    return budget.hard ? (
      <Badge tone="danger" icon={<OctagonX aria-hidden />}>
        Used up
      </Badge>
    ) : (
      <Badge tone="warn" icon={<TriangleAlert aria-hidden />}>
        Over the limit
      </Badge>
    );
  }
  return state === "warning" ? (
    <Badge tone="warn" icon={<TriangleAlert aria-hidden />}>
      Warning
    </Badge>
  ) : (
    <Badge tone="ok" icon={<CircleCheck aria-hidden />}>
      Within
    </Badge>
  );
}
