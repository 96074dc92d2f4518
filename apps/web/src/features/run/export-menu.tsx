"use client";
import { exportPath } from "@djinnbot/client";
import {
  Button,
  type CommandEntry,
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@djinnbot/ui";
import { Download, FileJson, FileText } from "lucide-react";
import { useMemo } from "react";

const FORMATS = [
  { format: "json", label: "JSON, everything", icon: <FileJson aria-hidden /> },
  { format: "markdown", label: "Markdown, to read", icon: <FileText aria-hidden /> },
] as const;

/** The run as a file: its steps with prompts, outputs and transcripts. */
export function ExportMenu({ runId }: { runId: string }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" icon={<Download aria-hidden />}>
          Export
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {FORMATS.map(({ format, label, icon }) => (
          <DropdownMenuItem key={format} asChild>
            <a href={exportPath(runId, format)} download>
              {icon}
              {label}
            </a>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** The same in the command palette. */
export function useExportCommands(runId: string): CommandEntry[] {
  return useMemo(
    () =>
      FORMATS.map(({ format, label, icon }) => ({
        id: `run export ${format}`,
        label: `Export this run: ${label}`,
        icon,
        onSelect: () => save(exportPath(runId, format)),
      })),
    [runId],
  );
}

/** The answer is an attachment: the page stays. */
function save(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}
