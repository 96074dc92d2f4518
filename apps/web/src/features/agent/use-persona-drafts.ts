"use client";
import type { AgentDetail, PersonaFile } from "@djinnbot/contracts";
import { useEffect, useState } from "react";
import { forgetDraft, readDraft, writeDraft } from "../form/draft.ts";

type Drafts = Partial<Record<PersonaFile, string>>;

/** Persona texts as typed, kept in this tab through reloads; the page asks before it is left with unsaved ones. */
export function usePersonaDrafts(agent: Pick<AgentDetail, "id" | "files">) {
  const key = `persona:${agent.id}`;
  const [drafts, setDrafts] = useState<Drafts>({});
  useEffect(() => setDrafts(readDraft(key) as Drafts), [key]);
  const savedOf = (file: PersonaFile) => agent.files[file] ?? "";
  const textOf = (file: PersonaFile) => drafts[file] ?? savedOf(file);
  const isDirty = (file: PersonaFile) => textOf(file) !== savedOf(file);
  const anyDirty = (Object.keys(drafts) as PersonaFile[]).some(isDirty);

  useEffect(() => {
    if (!anyDirty) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [anyDirty]);

  const set = (file: PersonaFile, text: string) => {
    const next = { ...drafts, [file]: text };
    if (text === savedOf(file)) {
      delete next[file];
    }
    setDrafts(next);
    if (Object.keys(next).length === 0) {
      forgetDraft(key);
    } else {
      writeDraft(key, next);
    }
  };
  return { textOf, isDirty, set };
}
