"use client";
import { type AgentDetail, agents, type PersonaFile } from "@djinnbot/contracts";
import { Button, cn, formatCount, Kbd, SegmentedControl, Textarea } from "@djinnbot/ui";
import { Save, Undo2 } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { Markdown } from "../run/markdown.tsx";

const mostChars = agents.putFile.input.shape.content.maxLength ?? Number.POSITIVE_INFINITY;
type View = "write" | "preview";

type PersonaEditorProps = {
  agent: AgentDetail;
  file: PersonaFile;
  saved: string;
  text: string;
  isDirty: boolean;
  onChange: (text: string) => void;
};

/** One persona text: written on the left, as it reads on the right; on a phone one of both. */
export function PersonaEditor({ agent, file, saved, text, isDirty, onChange }: PersonaEditorProps) {
  const [view, setView] = useState<View>("write");
  const { save, error, saving } = useSave({ agent, file });
  const tooLong = text.length > mostChars;
  const canSave = isDirty && !tooLong && !saving;
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key === "s") {
      event.preventDefault();
      if (canSave) {
        save(text);
      }
    }
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SegmentedControl
        label="View"
        size="sm"
        value={view}
        onValueChange={setView}
        options={[
          { value: "write", label: "Write" },
          { value: "preview", label: "Preview" },
        ]}
        className="self-start lg:hidden"
      />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <Textarea
          mono
          aria-label={`${file} of ${agent.name}`}
          aria-invalid={tooLong}
          aria-describedby="persona-count"
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder={`Nothing in ${file} yet. Markdown.`}
          className={cn(
            "h-[calc(100dvh-24rem)] min-h-72 resize-y text-xs leading-relaxed",
            view === "preview" && "max-lg:hidden",
          )}
        />
        <section
          aria-label="Preview"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className={cn(
            "h-[calc(100dvh-24rem)] min-h-72 overflow-y-auto rounded-md border border-line bg-surface p-4",
            view === "write" && "max-lg:hidden",
          )}
        >
          <h2 className="sr-only">Preview</h2>
          {text.trim() === "" ? <p className="text-sm text-muted">Nothing to show yet.</p> : <Markdown text={text} />}
        </section>
      </div>
      {error ? (
        <FaultState compact title={`${file} could not be saved`} error={error} onRetry={() => save(text)} />
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          variant="primary"
          icon={<Save aria-hidden />}
          disabled={!canSave}
          loading={saving}
          onClick={() => save(text)}
        >
          Save
        </Button>
        <Button variant="ghost" icon={<Undo2 aria-hidden />} disabled={!isDirty} onClick={() => onChange(saved)}>
          Discard changes
        </Button>
        <span role="status" className="text-sm text-muted">
          {isDirty ? "Unsaved changes" : saved === "" ? "Empty" : "Saved"}
        </span>
        <Kbd keys="mod+s" className="max-sm:hidden" />
        <span id="persona-count" className={cn("ml-auto text-xs", tooLong ? "font-medium text-danger" : "text-muted")}>
          {formatCount(text.length)} of {formatCount(mostChars)} characters
        </span>
      </div>
    </div>
  );
}

function useSave({ agent, file }: { agent: AgentDetail; file: PersonaFile }) {
  const utils = trpc.useUtils();
  const put = trpc.agents.putFile.useMutation({
    onSuccess: (_answer, { content }) => {
      const agentId = agent.slug;
      // At once, so that the text counts as saved before the server is asked again.
      utils.agents.get.setData({ agentId }, (old) => old && { ...old, files: { ...old.files, [file]: content } });
      return utils.agents.get.invalidate({ agentId });
    },
  });
  const save = (content: string) => put.mutate({ agentId: agent.id, filename: file, content });
  return { save, error: put.error, saving: put.isPending };
}
