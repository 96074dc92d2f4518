"use client";
import type { AgentTemplate } from "@djinnbot/contracts";
import { Button, cn, Dialog, DialogContent, Input, Progress, plural, SkeletonTable } from "@djinnbot/ui";
import { CopyPlus, Search } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { type CloneProgress, cloneMany } from "./clone-many.ts";
import { filterByWords } from "./filter-agents.ts";
import { TemplatePreview } from "./template-preview.tsx";
import { TemplateRow } from "./template-row.tsx";

type CatalogueDialogProps = {
  open: boolean;
  onClose: () => void;
  /** Slugs chosen beforehand, separated by commas. */
  pick: string | null;
};

/** The catalogue of agents: look at them, choose several, clone them into the team. */
export function CatalogueDialog({ open, onClose, pick }: CatalogueDialogProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      {open ? <Catalogue onClose={onClose} pick={pick?.split(",").filter(Boolean) ?? []} /> : null}
    </Dialog>
  );
}

function Catalogue({ onClose, pick }: { onClose: () => void; pick: string[] }) {
  const templates = trpc.agents.templates.useQuery({}, { staleTime: 5 * 60_000 });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(pick));
  const { progress, busy, start } = useCloneMany({ setChosen, onClose });
  const footer = (
    <>
      {progress && busy ? (
        <Progress
          value={progress.done.length + progress.failed.length}
          max={progress.total}
          label="Agents cloned"
          className="mr-auto w-48"
        />
      ) : null}
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button
        variant="primary"
        icon={<CopyPlus aria-hidden />}
        disabled={chosen.size === 0}
        loading={busy}
        onClick={() => void start([...chosen])}
      >
        {chosen.size === 0 ? "Clone" : `Clone ${plural(chosen.size, "agent")}`}
      </Button>
    </>
  );
  return (
    <DialogContent
      size="xl"
      title="Clone from the catalogue"
      description="A clone is yours: change its character, model and tools as you like."
      footer={footer}
      className="sm:h-[84vh]"
    >
      {progress?.failed.map(({ slug, error }) => (
        <FaultState
          key={slug}
          compact
          title={`${slug} could not be cloned`}
          error={error}
          onRetry={() => void start([slug])}
          className="mb-3"
        />
      ))}
      {templates.data ? (
        <Templates templates={templates.data} chosen={chosen} onChange={setChosen} />
      ) : templates.error ? (
        <FaultState
          title="The catalogue could not be loaded"
          error={templates.error}
          onRetry={() => void templates.refetch()}
        />
      ) : (
        <SkeletonTable rows={8} columns={2} />
      )}
    </DialogContent>
  );
}

type TemplatesProps = {
  templates: readonly AgentTemplate[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
};

function Templates({ templates, chosen, onChange }: TemplatesProps) {
  const own = trpc.agents.list.useQuery({});
  const [typed, setTyped] = useState("");
  const [looked, setLooked] = useState<string | null>(null);
  const taken = new Set(own.data?.items.map((agent) => agent.slug));
  const shown = filterByWords(templates, typed);
  const preview = templates.find((template) => template.slug === looked);
  const toggle = (slug: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) {
      next.add(slug);
    } else {
      next.delete(slug);
    }
    onChange(next);
  };
  return (
    <div className="grid h-full min-h-0 grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
      <div className={cn("flex min-h-0 flex-col gap-3", preview && "max-md:hidden")}>
        <Input
          type="search"
          aria-label="Search the catalogue"
          placeholder="Search by name, role or what they do"
          leading={<Search aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ul className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1">
          {shown.map((template) => (
            <TemplateRow
              key={template.id}
              template={template}
              taken={taken.has(template.slug)}
              chosen={chosen.has(template.slug)}
              looked={template.slug === looked}
              onToggle={(on) => toggle(template.slug, on)}
              onLook={() => setLooked(template.slug)}
            />
          ))}
          {shown.length === 0 ? <li className="p-3 text-sm text-muted">Nobody in the catalogue matches.</li> : null}
        </ul>
      </div>
      <TemplatePreview
        key={looked}
        template={preview}
        chosen={preview !== undefined && chosen.has(preview.slug)}
        onToggle={(on) => preview && toggle(preview.slug, on)}
        onBack={() => setLooked(null)}
      />
    </div>
  );
}

function useCloneMany(options: { setChosen: (slugs: ReadonlySet<string>) => void; onClose: () => void }) {
  const utils = trpc.useUtils();
  const clone = trpc.agents.clone.useMutation();
  const [progress, setProgress] = useState<CloneProgress | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async (slugs: string[]) => {
    setBusy(true);
    const result = await cloneMany(slugs, {
      clone: (agentId) => clone.mutateAsync({ agentId }),
      onProgress: setProgress,
    });
    await Promise.all([utils.agents.list.invalidate(), utils.agents.status.invalidate()]);
    setBusy(false);
    options.setChosen(new Set(result.failed.map(({ slug }) => slug)));
    if (result.failed.length === 0) {
      options.onClose();
    }
  };
  return { progress, busy, start };
}
