import { isTerminal, type ListedRun } from "@djinnbot/contracts";
import { Badge, cn } from "@djinnbot/ui";
import { CloudOff } from "lucide-react";

/** Whether a run is over and its branch was refused; while it goes on again, what was refused before says nothing. */
export function isUnpushed({ status, pushStatus }: Pick<ListedRun, "status" | "pushStatus">): boolean {
  return isTerminal(status) && pushStatus === "refused";
}

type NotPushedProps = {
  /** Inside of text, where a box would be too much. */
  plain?: boolean;
  className?: string;
};

/** Stands beside the status of a run whose branch the remote refused: complete, and yet not where it should be. */
export function NotPushed({ plain, className }: NotPushedProps) {
  const title = "The remote refused the run's branch. Its commits are here: open the run to download them.";
  if (plain) {
    return (
      <span
        title={title}
        className={cn("inline-flex items-center gap-1 text-xs font-medium text-warn [&_svg]:size-3.5", className)}
      >
        <CloudOff aria-hidden />
        Not pushed
      </span>
    );
  }
  return (
    <Badge tone="warn" title={title} icon={<CloudOff aria-hidden />} className={className}>
      Not pushed
    </Badge>
  );
}
