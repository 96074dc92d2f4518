"use client";
import { bundlePath, exportPath } from "@djinnbot/client";
import {
  Button,
  type CommandEntry,
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@djinnbot/ui";
import { Ellipsis, FileArchive, FileJson, FileText, GitFork, Trash2 } from "lucide-react";
import { useMemo } from "react";

const FORMATS = [
  { format: "json", label: "JSON, everything", icon: <FileJson aria-hidden /> },
  { format: "markdown", label: "Markdown, to read", icon: <FileText aria-hidden /> },
] as const;

const BUNDLE = { label: "Download commits (.bundle)", icon: <FileArchive aria-hidden /> };

type MoreActionsProps = {
  runId: string;
  hasCommits: boolean;
  onFork: (() => void) | null;
  onDelete: (() => void) | null;
};

/** What is rarely done: the run as a file, with prompts, outputs and transcripts of its steps, its commits as one, and deleting it. */
export function MoreActions({ runId, hasCommits, onFork, onDelete }: MoreActionsProps) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          aria-label="More actions"
          className="aspect-square px-0"
          icon={<Ellipsis aria-hidden />}
        />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {onFork === null ? null : (
          <DropdownMenuItem className="sm:hidden" icon={<GitFork aria-hidden />} onSelect={onFork}>
            Fork
          </DropdownMenuItem>
        )}
        {FORMATS.map(({ format, label, icon }) => (
          <DropdownMenuItem key={format} asChild>
            <a href={exportPath(runId, format)} download>
              {icon}
              Export as {label}
            </a>
          </DropdownMenuItem>
        ))}
        {hasCommits ? (
          <DropdownMenuItem asChild>
            <a href={bundlePath(runId)} download>
              {BUNDLE.icon}
              {BUNDLE.label}
            </a>
          </DropdownMenuItem>
        ) : null}
        {onDelete === null ? null : (
          <DropdownMenuItem destructive icon={<Trash2 aria-hidden />} onSelect={onDelete}>
            Delete run
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** The run's files in the command palette. */
export function useExportCommands(runId: string, hasCommits: boolean): CommandEntry[] {
  return useMemo(
    () => [
      ...FORMATS.map(({ format, label, icon }) => ({
        id: `run export ${format}`,
        label: `Export this run: ${label}`,
        icon,
        onSelect: () => save(exportPath(runId, format)),
      })),
      ...(hasCommits ? [{ ...BUNDLE, id: "run bundle", onSelect: () => save(bundlePath(runId)) }] : []),
    ],
    [runId, hasCommits],
  );
}

/** The answer is an attachment: the page stays. */
function save(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}
