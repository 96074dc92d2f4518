"use client";
import { bundlePath } from "@djinnbot/client";
import type { RunDetail } from "@djinnbot/contracts";
import { Button, CodeBlock, CodeText, cn } from "@djinnbot/ui";
import { Download } from "lucide-react";
import { commandsFor } from "./bundle-commands.ts";
import { NotPushed } from "./not-pushed.tsx";

const WORDS = { none: "Kept on", pushed: "Pushed to the remote:", refused: "The remote refused" };

/** What became of the run's branch, and how its commits get to where they are wanted. */
export function BranchFate({ run, className }: { run: RunDetail; className?: string }) {
  const { push, taskBranch: branch, repository } = run;
  const refused = push.status === "refused";
  return (
    <div className={cn("flex flex-col gap-2 text-xs text-muted", className)}>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-1">
          {refused ? <NotPushed /> : null}
          {WORDS[push.status]} {branch === null ? null : <CodeText text={branch} />}
        </p>
        <Button asChild size="sm" icon={<Download aria-hidden />}>
          <a href={bundlePath(run.id)} download>
            Download commits (.bundle)
          </a>
        </Button>
      </div>
      {refused ? <Refusal detail={push.detail} /> : null}
      {push.status === "pushed" && repository !== null && branch !== null ? (
        <CodeText text={`git fetch ${repository} ${branch}`} truncate className="self-start text-fg" />
      ) : null}
      {push.status !== "pushed" && branch !== null ? (
        <CodeBlock
          label="Commands for the downloaded file"
          title={repository === null ? "With the file, anywhere:" : "With the file, in a clone of the repository:"}
          code={commandsFor({ runId: run.id, branch, fresh: repository === null })}
        />
      ) : null}
    </div>
  );
}

/** What git was told, and what can be done while the platform has no credentials for git. */
function Refusal({ detail }: { detail: string | null }) {
  return (
    <div className="prose-width flex flex-col gap-1">
      {detail === null || detail === "" ? null : (
        <p>
          It said: <span className="font-mono text-fg wrap-anywhere">{detail}</span>
        </p>
      )}
      <p>
        Download the commits and push them yourself. Or start a run on what the platform can push to: it has no
        credentials for git yet, so that is an address that takes pushes without, or a path that the operator allows.
      </p>
    </div>
  );
}
