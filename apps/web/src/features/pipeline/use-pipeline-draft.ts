"use client";
import { useCallback, useEffect, useMemo, useState } from "react";
import { forgetDraft, readDraft, writeDraft } from "@/features/form/draft.ts";
import { trpc } from "@/trpc/client.ts";
import { buildGraph, type Graph } from "./graph.ts";
import { type Outline, readOutline } from "./outline.ts";

/** The text of a pipeline while it is edited: what was typed is kept in this tab until it is saved or dropped. */
export function usePipelineDraft(pipelineId: string, editable: boolean) {
  const raw = trpc.pipelines.raw.useQuery({ pipelineId }, { refetchOnWindowFocus: false });
  const utils = trpc.useUtils();
  const key = `pipeline:${pipelineId}`;
  const saved = raw.data?.yaml ?? null;
  const [draft, setDraft] = useState<string | null>(null);
  const [restored, setRestored] = useState(false);
  useEffect(() => {
    const kept = readDraft(key).yaml;
    if (editable && saved !== null && typeof kept === "string" && kept !== saved) {
      setDraft((now) => now ?? kept);
      setRestored(true);
    }
  }, [key, editable, saved]);

  const change = useCallback(
    (text: string) => {
      setDraft(text);
      writeDraft(key, { yaml: text });
    },
    [key],
  );
  const discard = useCallback(() => {
    setDraft(null);
    setRestored(false);
    forgetDraft(key);
  }, [key]);

  const update = trpc.pipelines.update.useMutation();
  const text = draft ?? saved;
  const dirty = draft !== null && draft !== saved;
  const save = async () => {
    if (text === null || !dirty) {
      return;
    }
    await update.mutateAsync({ pipelineId, yamlContent: text });
    utils.pipelines.raw.setData({ pipelineId }, (before) => before && { ...before, yaml: text });
    discard();
    await Promise.all([utils.pipelines.get.invalidate({ pipelineId }), utils.pipelines.list.invalidate()]);
  };
  return { raw, text, dirty, restored, change, discard, save, update, ...useReading(text) };
}

const EMPTY: Outline = { id: "", name: "", steps: [], agents: [] };

/** The outline and diagram of a text; while it cannot be read, those of the last one that could. */
function useReading(text: string | null): { outline: Outline; graph: Graph; readable: boolean } {
  const read = useMemo(() => (text === null ? null : readOutline(text)), [text]);
  const [last, setLast] = useState<Outline>(EMPTY);
  const usable = read !== null && read.steps.length > 0 ? read : null;
  useEffect(() => {
    if (usable !== null) {
      setLast(usable);
    }
  }, [usable]);
  const outline = usable ?? last;
  const graph = useMemo(() => buildGraph(outline), [outline]);
  return { outline, graph, readable: usable !== null };
}
