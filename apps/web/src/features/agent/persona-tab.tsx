"use client";
import { type AgentDetail, type PersonaFile, personaFiles } from "@djinnbot/contracts";
import { SegmentedControl } from "@djinnbot/ui";
import { useUrlParams } from "../form/url-param.ts";
import { PersonaEditor } from "./persona-editor.tsx";
import { usePersonaDrafts } from "./use-persona-drafts.ts";

const MEANING: Record<PersonaFile, string> = {
  "IDENTITY.md": "Who the agent is and what it is there for.",
  "SOUL.md": "Its character: values, tone, habits.",
  "AGENTS.md": "How it works: its steps, its rules, what it hands over.",
  "DECISION.md": "How it decides when something is unclear.",
};

/** The four texts that make the agent; what is typed is kept until it is saved. */
export function PersonaTab({ agent }: { agent: AgentDetail }) {
  const [params, change] = useUrlParams();
  const file = personaFiles.find((name) => name === params.get("file")) ?? "IDENTITY.md";
  const drafts = usePersonaDrafts(agent);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SegmentedControl
          label="Persona text"
          value={file}
          onValueChange={(name) => change({ file: name === "IDENTITY.md" ? null : name })}
          options={personaFiles.map((name) => ({
            value: name,
            label: name.replace(".md", "") + (drafts.isDirty(name) ? " •" : ""),
          }))}
        />
        <p className="text-sm text-muted">{MEANING[file]}</p>
      </div>
      <PersonaEditor
        key={file}
        agent={agent}
        file={file}
        saved={agent.files[file] ?? ""}
        text={drafts.textOf(file)}
        isDirty={drafts.isDirty(file)}
        onChange={(text) => drafts.set(file, text)}
      />
    </div>
  );
}
