import { Button, cn } from "@djinnbot/ui";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

type PanesProps = {
  list: ReactNode;
  detail: ReactNode;
  /** Something is chosen: where there is no room for both, it is shown instead of the list. */
  chosen: boolean;
  back: string;
  onBack: () => void;
};

/** A list with what is chosen beside it; in a narrow place one after the other. */
export function Panes({ list, detail, chosen, back, onBack }: PanesProps) {
  return (
    <div className="flex min-h-0 flex-1">
      <div
        className={cn(
          "flex min-h-0 w-full flex-col border-line @3xl:w-72 @3xl:shrink-0 @3xl:border-r",
          chosen && "hidden @3xl:flex",
        )}
      >
        {list}
      </div>
      <div className={cn("min-h-0 min-w-0 flex-1 flex-col @3xl:flex", chosen ? "flex" : "hidden")}>
        {chosen ? (
          <div className="border-b border-line px-2 py-1 @3xl:hidden">
            <Button size="sm" variant="ghost" icon={<ArrowLeft aria-hidden />} onClick={onBack}>
              {back}
            </Button>
          </div>
        ) : null}
        {detail}
      </div>
    </div>
  );
}
