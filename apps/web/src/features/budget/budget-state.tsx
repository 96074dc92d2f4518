import type { Budget } from "@djinnbot/contracts";
import { Badge } from "@djinnbot/ui";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";

/** The state of a budget as an icon and a word. */
export function BudgetState({ budget }: { budget: Pick<Budget, "hard" | "usage"> }) {
  const { state } = budget.usage;
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
