import { Skeleton } from "@djinnbot/ui";

const cards = Array.from({ length: 12 }, (_, card) => card);

/** Cards of agents to come, as large as the real ones. */
export function AgentCardsSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-3"
    >
      {cards.map((card) => (
        <div key={card} className="appear-late flex h-44 flex-col gap-3 rounded-lg border border-line bg-surface p-4">
          <div className="flex items-start gap-3">
            <Skeleton className="size-10" />
            <div className="flex flex-1 flex-col gap-1.5">
              <Skeleton className="w-1/2" />
              <Skeleton className="w-2/3" />
            </div>
          </div>
          <Skeleton className="h-9" />
          <Skeleton className="w-1/2" />
        </div>
      ))}
    </div>
  );
}
