"use client";
import { AppLink, Button, Card, CardHeader, IconButton, Progress } from "@djinnbot/ui";
import { Circle, CircleCheck, Rocket, X } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { hasRealProvider } from "../settings/models.ts";
import { hideFirstSteps } from "../shell/preferences.ts";
import { useMay } from "../shell/viewer.tsx";
import { type FirstStep, type FirstStepFacts, firstSteps } from "./first-steps.ts";

type FirstStepsCardProps = {
  /** How far the team was when the page was made. */
  initial: FirstStepFacts;
};

/** The way to the first finished work; gone once it is walked, or hidden by hand in this browser. */
export function FirstStepsCard({ initial }: FirstStepsCardProps) {
  const [closed, setClosed] = useState(false);
  const steps = useFirstSteps(initial);
  if (closed || steps.every((step) => step.done)) {
    return null;
  }
  const next = steps.find((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  const hide = () => {
    hideFirstSteps();
    setClosed(true);
  };
  return (
    <Card className="overflow-hidden">
      <CardHeader
        icon={<Rocket aria-hidden />}
        title="First steps"
        actions={
          <>
            <Progress value={done} max={steps.length} label="First steps done" className="w-36" />
            <IconButton label="Hide the first steps" size="sm" icon={<X aria-hidden />} onClick={hide} />
          </>
        }
      />
      <ol className="grid gap-px bg-line md:auto-cols-fr md:grid-flow-col">
        {steps.map((step) => (
          <Step key={step.id} step={step} isNext={step === next} />
        ))}
      </ol>
    </Card>
  );
}

function Step({ step, isNext }: { step: FirstStep; isNext: boolean }) {
  const Icon = step.done ? CircleCheck : Circle;
  return (
    <li className="flex gap-2.5 bg-surface p-4">
      <Icon
        role="img"
        aria-label={step.done ? "Done" : "To do"}
        className={step.done ? "mt-0.5 size-4 shrink-0 text-ok" : "mt-0.5 size-4 shrink-0 text-faint"}
      />
      <div className="flex min-w-0 flex-1 flex-col items-start gap-1">
        <h3 className="text-sm font-medium">{step.title}</h3>
        <p className="text-sm text-muted">{step.text}</p>
        {step.done ? null : (
          <Button asChild size="sm" variant={isNext ? "primary" : "secondary"} className="mt-1.5">
            <AppLink href={step.href}>{step.action}</AppLink>
          </Button>
        )}
      </div>
    </li>
  );
}

/** The steps as they are now. Who may not add a key is not asked to. */
function useFirstSteps(initial: FirstStepFacts): FirstStep[] {
  const mayAddKey = useMay("settings:write");
  const agents = trpc.agents.list.useQuery({ limit: 1 });
  const runs = trpc.runs.list.useQuery({ limit: 1, status: "completed" });
  const providers = trpc.settings.providers.useQuery({});
  const steps = firstSteps({
    hasAgents: agents.data ? agents.data.items.length > 0 : initial.hasAgents,
    hasRun: runs.data ? runs.data.items.length > 0 : initial.hasRun,
    hasRealProvider: providers.data ? hasRealProvider(providers.data) : initial.hasRealProvider,
  });
  return steps.filter((step) => mayAddKey || step.id !== "key");
}
