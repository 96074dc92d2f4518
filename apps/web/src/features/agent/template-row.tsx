"use client";
import type { AgentTemplate } from "@djinnbot/contracts";
import { Avatar, Badge, Checkbox, cn } from "@djinnbot/ui";

type TemplateRowProps = {
  template: AgentTemplate;
  /** An agent of this slug is in the team already. */
  taken: boolean;
  chosen: boolean;
  looked: boolean;
  onToggle: (on: boolean) => void;
  onLook: () => void;
};

/** One agent of the catalogue: the box chooses it, the rest shows it. */
export function TemplateRow({ template, taken, chosen, looked, onToggle, onLook }: TemplateRowProps) {
  return (
    <li className={cn("flex items-start gap-3 rounded-md px-2 py-2", looked ? "bg-hover" : "hover:bg-hover/60")}>
      <span className="flex h-8 items-center">
        <Checkbox aria-label={`Choose ${template.name}`} checked={chosen} onCheckedChange={onToggle} />
      </span>
      <button type="button" onClick={onLook} aria-pressed={looked} className="flex min-w-0 flex-1 gap-3 text-left">
        <Avatar name={template.name} emoji={template.emoji} />
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2 text-sm">
            <span className="font-medium">{template.name}</span>
            <span className="min-w-0 truncate text-muted">{template.role}</span>
            {taken ? <Badge className="ml-auto">in the team</Badge> : null}
          </span>
          <span className="line-clamp-2 text-sm text-muted">{template.description}</span>
        </span>
      </button>
    </li>
  );
}
