"use client";
import { AppLink, Button, Card, CardHeader, IconButton, Progress } from "@djinnbot/ui";
import { Circle, CircleCheck, Rocket, X } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { trpc } from "@/trpc/client.ts";
import { hasRealProvider } from "../settings/models.ts";
import { type FirstStep, firstSteps } from "./first-steps.ts";

const hiddenKey = "djinn_first_steps";

/** The way to the first finished work; gone once it is walked, or hidden by hand in this browser. */
export function FirstStepsCard() {
  const [closed, setClosed] = useState(false);
  const hidden = useSyncExternalStore(
    noChange,
    () => localStorage.getItem(hiddenKey) === "hidden",
    () => true,
  );
  const steps = useFirstSteps(!hidden && !closed);
  if (hidden || closed || steps === null || steps.every((step) => step.done)) {
    return null;
  }
  const next = steps.find((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  const hide = () => {
    localStorage.setItem(hiddenKey, "hidden");
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
      <ol className="grid gap-px bg-line md:grid-cols-3">
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

/** Null until it is known how far the tenant is. */
function useFirstSteps(enabled: boolean): FirstStep[] | null {
  const agents = trpc.agents.list.useQuery({}, { enabled });
  const runs = trpc.runs.list.useQuery({ limit: 1, pipelineId: "feature", status: "completed" }, { enabled });
  const providers = trpc.settings.providers.useQuery({}, { enabled });
  if (!agents.data || !runs.data || !providers.data) {
    return null;
  }
  return firstSteps({
    agentSlugs: agents.data.items.map((agent) => agent.slug),
    hasFeatureRun: runs.data.items.length > 0,
    hasRealProvider: hasRealProvider(providers.data),
  });
}

const noChange = () => () => undefined;
