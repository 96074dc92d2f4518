"use client";
import type { CommandEntry } from "@djinnbot/ui";
import { Bot, Play, Workflow } from "lucide-react";
import { useRouter } from "next/navigation";
import { useDeferredValue, useMemo } from "react";
import { trpc } from "@/trpc/client.ts";
import { useCommandGroup, usePaletteQuery } from "../shell/commands.ts";

const most = 6;
/** Their page has no filter to go on to. */
const mostPipelines = 20;
const matches = (words: string, ...texts: (string | null)[]) => {
  const haystack = texts.join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
};

/** Finds runs, agents and pipelines for what is typed in the palette. Renders nothing itself. */
export function PaletteSearch() {
  const typed = useDeferredValue(usePaletteQuery());
  return typed === null ? null : <Search words={typed} />;
}

function Search({ words }: { words: string }) {
  const router = useRouter();
  const runs = trpc.runs.list.useQuery({ search: words.slice(0, 200), limit: most }, { placeholderData: (old) => old });
  // What they do now lists every agent; the list itself comes in pages.
  const agents = trpc.agents.status.useQuery({}, { staleTime: 60_000 });
  const pipelines = trpc.pipelines.list.useQuery({}, { staleTime: 60_000 });
  const entries = useMemo(() => {
    const entry = (
      id: string,
      label: string,
      hint: string,
      href: string,
      icon: CommandEntry["icon"],
    ): CommandEntry => ({
      id,
      label,
      ...(hint === "" ? {} : { hint }),
      icon,
      // The server matched already; the palette must not filter again by the label alone.
      keywords: [words],
      onSelect: () => router.push(href),
    });
    const all = (what: string, href: string, icon: CommandEntry["icon"]) =>
      entry(`all ${what}`, `All matching ${what}`, "", href, icon);
    const query = encodeURIComponent(words);
    const foundAgents = (agents.data?.agents ?? []).filter((agent) =>
      matches(words, agent.name, agent.slug, agent.role),
    );
    return {
      runs: [
        ...(runs.data?.items ?? []).map((run) =>
          entry(run.id, run.task, run.pipelineId, `/runs/${run.id}`, <Play aria-hidden />),
        ),
        ...(runs.data?.nextCursor ? [all("runs", `/runs?q=${query}`, <Play aria-hidden />)] : []),
      ],
      agents: [
        ...foundAgents
          .slice(0, most)
          .map((agent) =>
            entry(agent.id, agent.name, agent.role ?? agent.slug, `/agents/${agent.slug}`, <Bot aria-hidden />),
          ),
        ...(foundAgents.length > most ? [all("agents", `/agents?q=${query}`, <Bot aria-hidden />)] : []),
      ],
      pipelines: (pipelines.data ?? [])
        .filter((pipeline) => matches(words, pipeline.name, pipeline.id, pipeline.description))
        .slice(0, mostPipelines)
        .map((pipeline) =>
          entry(pipeline.id, pipeline.name, pipeline.id, `/pipelines/${pipeline.id}`, <Workflow aria-hidden />),
        ),
    };
  }, [words, runs.data, agents.data, pipelines.data, router]);
  useCommandGroup({ heading: "Runs", items: entries.runs, found: true, loading: runs.isFetching });
  useCommandGroup({ heading: "Agents", items: entries.agents, found: true });
  useCommandGroup({ heading: "Pipelines", items: entries.pipelines, found: true });
  return null;
}
