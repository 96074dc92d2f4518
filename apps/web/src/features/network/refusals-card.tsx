"use client";
import type { EgressRefusal, RefusedPlace } from "@djinnbot/contracts";
import { Badge, Button, RelativeTime, TextLink } from "@djinnbot/ui";
import { Check, ShieldX } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { CardList } from "../home/card-list.tsx";
import { runTitle } from "../run/run-title.ts";
import { useMay } from "../shell/viewer.tsx";
import { type Allow, useAllow } from "./use-allow.ts";

const refetchInterval = 10_000;

/** What programs of agents wanted and did not get, each with the way to open it. */
export function RefusalsCard({ agentId }: { agentId?: string }) {
  const refusals = trpc.network.refusals.useQuery(agentId === undefined ? {} : { agentId }, { refetchInterval });
  const { allow, pending } = useAllow();
  const whose = agentId === undefined ? "an agent" : "this agent";
  return (
    <CardList
      title="Refused lately"
      icon={<ShieldX aria-hidden />}
      what="What was refused"
      items={refusals.data}
      error={refusals.error}
      onRetry={() => void refusals.refetch()}
      keyOf={(place) => `${place.agentId} ${place.host}:${place.port}`}
      renderItem={(place) => (
        <Row
          place={place}
          showAgent={agentId === undefined}
          onAllow={allow}
          isPending={pending !== null && place.allow !== null && isSame(pending, place.allow)}
        />
      )}
      empty={`Nothing in the last seven days. What the rules keep ${whose} from appears here, with the run that wanted it.`}
    />
  );
}

function isSame(one: Allow, other: Allow): boolean {
  return one.host === other.host && one.agentId === other.agentId;
}

type RowProps = { place: RefusedPlace; showAgent: boolean; onAllow: (wanted: Allow) => void; isPending: boolean };

function Row({ place, showAgent, onAllow, isPending }: RowProps) {
  const { host, port, agentId, agentName, runId, task, times, at } = place;
  return (
    <div className="flex items-start justify-between gap-3 px-4 py-2.5 text-sm max-sm:flex-col max-sm:gap-2">
      <div className="flex min-w-0 flex-col gap-1">
        <code className="font-mono font-medium wrap-anywhere">{`${host}:${port}`}</code>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-muted">
          {showAgent ? <TextLink href={`/agents/${agentId}?tab=config`}>{agentName}</TextLink> : null}
          <TextLink href={`/runs/${runId}?tab=transcript`} className="inline-block max-w-64 truncate align-bottom">
            {runTitle(task)}
          </TextLink>
          <RelativeTime at={at} />
          {times > 1 ? <span>{times} times</span> : null}
        </p>
      </div>
      <div className="flex shrink-0 items-center gap-2">
        <Verdict place={place} />
        <AllowButton place={place} onAllow={onAllow} isPending={isPending} />
      </div>
    </div>
  );
}

const WHY: Record<EgressRefusal, { word: string; title: string }> = {
  tenant: { word: "Team's rules", title: "The team's rules do not allow it." },
  agent: { word: "Agent's rules", title: "The rules of this agent, or of one that called it, do not allow it." },
  private: {
    word: "Private address",
    title: "Only whoever runs this installation can open it, with EGRESS_PRIVATE_HOSTS.",
  },
  port: { word: "Mail", title: "Agents cannot send mail directly." },
};

function Verdict({ place: { reason, refusedNow } }: { place: RefusedPlace }) {
  if (refusedNow === null) {
    return (
      <Badge tone="ok" icon={<Check aria-hidden />} title={`${WHY[reason].title} The rules have changed since.`}>
        Allowed now
      </Badge>
    );
  }
  return <Badge title={WHY[refusedNow].title}>{WHY[refusedNow].word}</Badge>;
}

function AllowButton({ place, onAllow, isPending }: Omit<RowProps, "showAgent">) {
  const mayForTeam = useMay("settings:write");
  const mayForAgent = useMay("agents:write");
  const { allow } = place;
  if (allow === null || !(allow.agentId === null ? mayForTeam : mayForAgent)) {
    return null;
  }
  const whom = allow.agentId === null ? "the team" : allow.agentId === place.agentId ? place.agentName : allow.agentId;
  return (
    <Button
      size="sm"
      loading={isPending}
      onClick={() => onAllow(allow)}
      aria-label={`Allow ${allow.host} for ${whom}`}
      title={`Adds ${allow.host} to the list of ${whom}`}
    >
      Allow
    </Button>
  );
}
