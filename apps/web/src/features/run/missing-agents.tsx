"use client";
import { Avatar, Banner, Button, plural, TextLink } from "@djinnbot/ui";
import { useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { agentsOf, missingAgents } from "./new-run-schema.ts";

export type NeededAgents = {
  needed: { slug: string; name: string; emoji: string | null; missing: boolean }[];
  missing: string[];
  clonable: string[];
};

/** The agents a pipeline needs, and which of them this tenant lacks; null until that is known. */
export function useNeededAgents(pipelineId: string): NeededAgents | null {
  const pipelines = trpc.pipelines.list.useQuery({});
  const own = trpc.agents.list.useQuery({});
  const templates = trpc.agents.templates.useQuery({});
  const pipeline = pipelines.data?.find((candidate) => candidate.id === pipelineId);
  if (pipeline === undefined || own.data === undefined || templates.data === undefined) {
    return null;
  }
  const needed = agentsOf(pipeline);
  const found = missingAgents(needed, own.data.items, templates.data);
  const known = [...own.data.items, ...templates.data];
  return {
    ...found,
    needed: needed.map((slug) => {
      const agent = known.find((candidate) => candidate.slug === slug);
      return { slug, name: agent?.name ?? slug, emoji: agent?.emoji ?? null, missing: found.missing.includes(slug) };
    }),
  };
}

/** The agents of the chosen pipeline; those that are missing can be cloned from the catalogue on the spot. */
export function MissingAgents({ agents }: { agents: NeededAgents | null }) {
  const clone = useCloneAll();
  if (agents === null || agents.needed.length === 0) {
    return null;
  }
  const names = agents.needed.filter(({ slug }) => agents.clonable.includes(slug)).map(({ name }) => name);
  const unknown = agents.missing.filter((slug) => !agents.clonable.includes(slug));
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label="Agents of the pipeline" className="flex flex-wrap gap-x-4 gap-y-1.5">
        {agents.needed.map((agent) => (
          <li key={agent.slug} className="flex items-center gap-1.5 text-sm">
            <Avatar name={agent.name} emoji={agent.emoji} size="xs" />
            {agent.name}
            {agent.missing ? <span className="text-xs text-warn">missing</span> : null}
          </li>
        ))}
      </ul>
      {agents.clonable.length === 0 ? null : (
        <Banner
          tone="warn"
          title={`${plural(agents.clonable.length, "agent")} missing here.`}
          action={
            <Button size="sm" loading={clone.busy} onClick={() => void clone.start(agents.clonable)}>
              Clone {names.join(", ")}
            </Button>
          }
        >
          The catalogue has {agents.clonable.length === 1 ? "it" : "them"}.
        </Banner>
      )}
      {unknown.length === 0 ? null : (
        <Banner tone="warn" title={`No agent called ${unknown.join(", ")}.`}>
          The run will stop there. <TextLink href="/agents">Create it</TextLink> with that short name first.
        </Banner>
      )}
      {clone.error === null ? null : <FaultState compact title="Not every agent was cloned" error={clone.error} />}
    </div>
  );
}

function useCloneAll() {
  const utils = trpc.useUtils();
  const clone = trpc.agents.clone.useMutation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const start = async (slugs: readonly string[]) => {
    setBusy(true);
    setError(null);
    try {
      for (const agentId of slugs) {
        await clone.mutateAsync({ agentId });
      }
    } catch (failed) {
      setError(failed);
    } finally {
      await utils.agents.list.invalidate();
      setBusy(false);
    }
  };
  return { start, busy, error };
}
