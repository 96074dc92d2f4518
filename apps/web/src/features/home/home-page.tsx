"use client";
import { Button, Page, PageHeader } from "@djinnbot/ui";
import { CircleCheck, CircleX, Play, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { AgentsCard } from "./agents-card.tsx";
import { AttentionCard } from "./attention-card.tsx";
import type { FirstStepFacts } from "./first-steps.ts";
import { FirstStepsCard } from "./first-steps-card.tsx";
import { useLiveRefresh } from "./live-refresh.ts";
import { RecentCard } from "./recent-card.tsx";
import { RunningCard } from "./running-card.tsx";
import { SystemCard } from "./system-card.tsx";
import { type Home, useHome } from "./use-home.ts";

const SIGNS = {
  ok: { icon: CircleCheck, classes: "text-ok" },
  warn: { icon: TriangleAlert, classes: "text-warn" },
  danger: { icon: CircleX, classes: "text-danger" },
};

type HomePageProps = {
  firstSteps: FirstStepFacts | null;
  /** How many rows will come, so that their places are kept. */
  expected: { attention: number; running: number };
};

/** Is everything all right, what is running, what needs me? */
export function HomePage({ firstSteps, expected }: HomePageProps) {
  useLiveRefresh();
  const home = useHome();
  return (
    <Page>
      <PageHeader
        title="Home"
        description={<Answer home={home} />}
        actions={
          <Button asChild variant="primary" icon={<Play aria-hidden />}>
            <Link href="/runs?dialog=new">New run</Link>
          </Button>
        }
      />
      {firstSteps === null ? null : <FirstStepsCard initial={firstSteps} />}
      <div className="grid min-w-0 items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <AttentionCard home={home} expected={expected.attention} />
          <RunningCard home={home} expected={expected.running} />
          <RecentCard home={home} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <SystemCard home={home} />
          <AgentsCard />
        </div>
      </div>
    </Page>
  );
}

function Answer({ home: { answer, incomplete } }: { home: Home }) {
  if (answer === null && incomplete) {
    return "Not everything could be loaded; see below.";
  }
  if (answer === null) {
    // As wide and high as the answer will be, or the header would break its line when it comes.
    return (
      <span className="appear-late block max-sm:min-h-[2.9em] max-sm:w-screen max-sm:max-w-full">
        Asking every part how it is …
      </span>
    );
  }
  const sign = SIGNS[answer.state];
  return (
    <span role="status" className="flex items-start gap-1.5 max-sm:min-h-[2.9em]">
      <sign.icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${sign.classes}`} />
      {answer.text}
    </span>
  );
}
