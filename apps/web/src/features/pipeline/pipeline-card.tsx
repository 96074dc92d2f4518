"use client";
import type { Pipeline } from "@djinnbot/contracts";
import {
  Avatar,
  Badge,
  Button,
  Card,
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
  IconButton,
  plural,
  RelativeTime,
  Skeleton,
  StatusBadge,
} from "@djinnbot/ui";
import { CircleX, Copy, EllipsisVertical, Play, Trash2, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { agentsOf } from "@/features/run/new-run-schema.ts";
import { trpc } from "@/trpc/client.ts";

type PipelineCardProps = {
  pipeline: Pipeline;
  emojis: ReadonlyMap<string, string | null>;
  onClone: () => void;
  onDelete: () => void;
};

/** A pipeline at a glance: what it is for, who works in it, how its last run went. */
export function PipelineCard({ pipeline, emojis, onClone, onDelete }: PipelineCardProps) {
  const href = `/pipelines/${encodeURIComponent(pipeline.id)}`;
  const router = useRouter();
  return (
    <Card className="relative transition-colors focus-within:border-line-control hover:border-line-control">
      <div className="flex flex-1 flex-col gap-2 p-4">
        <div className="flex items-start justify-between gap-2">
          <h3 dir="auto" className="line-clamp-2 min-w-0 text-sm font-semibold wrap-anywhere" title={pipeline.name}>
            <Link
              href={href}
              data-row
              className="outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-accent-text"
            >
              {pipeline.name}
            </Link>
          </h3>
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <IconButton
                size="sm"
                label={`More for ${pipeline.name}`}
                icon={<EllipsisVertical aria-hidden />}
                className="relative z-10 -mt-1 -mr-1"
              />
            </DropdownMenuTrigger>
            <DropdownMenuContent align="end">
              <DropdownMenuItem
                icon={<Play aria-hidden />}
                onSelect={() => router.push(`/runs?dialog=new&pipeline=${encodeURIComponent(pipeline.id)}`)}
              >
                New run
              </DropdownMenuItem>
              <DropdownMenuItem icon={<Copy aria-hidden />} onSelect={onClone}>
                Clone
              </DropdownMenuItem>
              {pipeline.isGlobal ? null : (
                <DropdownMenuItem icon={<Trash2 aria-hidden />} destructive onSelect={onDelete}>
                  Delete
                </DropdownMenuItem>
              )}
            </DropdownMenuContent>
          </DropdownMenu>
        </div>
        <p dir="auto" className="line-clamp-2 min-h-[2.9em] text-sm text-muted">
          {pipeline.description || "No description."}
        </p>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
          <Problems pipeline={pipeline} />
          <span>{plural(pipeline.steps.length, "step")}</span>
          <ul aria-label="Agents" className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {agentsOf(pipeline).map((slug) => (
              <li key={slug} className="flex items-center gap-1">
                <Avatar name={slug} emoji={emojis.get(slug) ?? null} size="xs" />
                {slug}
              </li>
            ))}
          </ul>
        </div>
      </div>
      <div className="flex min-h-10 items-center justify-between gap-2 border-t border-line px-4 py-1.5 text-xs text-muted">
        <LastRun pipelineId={pipeline.id} />
        {pipeline.isGlobal ? null : (
          <span>
            Changed <RelativeTime at={pipeline.updatedAt} />
          </span>
        )}
      </div>
    </Card>
  );
}

/** What keeps the pipeline from running as it stands. */
function Problems({ pipeline }: { pipeline: Pipeline }) {
  // What they do now lists every agent; the list itself comes in pages.
  const agents = trpc.agents.status.useQuery({}, { staleTime: 60_000 });
  const own = new Set(agents.data?.agents.map(({ slug }) => slug));
  const missing = agents.data ? agentsOf(pipeline).filter((slug) => !own.has(slug)) : [];
  return (
    <>
      {pipeline.valid ? null : (
        <Badge tone="danger" icon={<CircleX aria-hidden />}>
          Invalid
        </Badge>
      )}
      {missing.length === 0 ? null : (
        <Badge tone="warn" icon={<TriangleAlert aria-hidden />} title={`Not in your team: ${missing.join(", ")}`}>
          Agents missing
        </Badge>
      )}
    </>
  );
}

function LastRun({ pipelineId }: { pipelineId: string }) {
  const last = trpc.runs.list.useQuery({ pipelineId, limit: 1 });
  const run = last.data?.items[0];
  if (last.isPending) {
    return <Skeleton className="w-24" />;
  }
  if (run === undefined) {
    return <span>{last.isError ? "Last run unknown" : "Never run"}</span>;
  }
  return (
    <Button asChild variant="link" size="sm" className="relative z-10 h-auto px-0 text-muted">
      <Link href={`/runs/${run.id}`}>
        <StatusBadge status={run.status} variant="plain" className="text-xs [&_svg]:size-3.5" />
        <RelativeTime at={run.startedAt ?? run.createdAt} />
      </Link>
    </Button>
  );
}
