import { EmptyState } from "@djinnbot/ui";
import { FolderX } from "lucide-react";

/** The run has no files here: not yet, or not any more. */
export function NoWorkspace({ over }: { over: boolean }) {
  return (
    <EmptyState icon={<FolderX aria-hidden />} title={over ? "No files are kept of this run" : "No files yet"}>
      {over
        ? "The run ended before it had a working copy, or its files were removed. Restart it to make them anew."
        : "Files and commits appear here as soon as the first step has its working copy."}
    </EmptyState>
  );
}
