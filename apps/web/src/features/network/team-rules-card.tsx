"use client";
import type { EgressMode, Settings } from "@djinnbot/contracts";
import { Card, CardBody, CardHeader, CodeText } from "@djinnbot/ui";
import { Network } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { RulesForm } from "./rules-form.tsx";

const options = [
  { value: "internet", label: "The internet" },
  { value: "listed", label: "Listed hosts" },
  { value: "none", label: "Nothing" },
] as const;
const meanings: Record<EgressMode, string> = {
  internet: "Agents reach every public address, except to send mail. Private networks stay closed.",
  listed: "Agents reach the hosts below and nothing else.",
  none: "Agents reach nothing outside of this platform. Their models work all the same.",
};
const title = "What agents may reach";
const description = "Holds for every agent of the team; an agent's own rules can only narrow it.";

export function TeamRulesCard({ settings, mayChange }: { settings: Settings; mayChange: boolean }) {
  const utils = trpc.useUtils();
  const update = trpc.settings.update.useMutation({
    onSuccess: (saved) => utils.settings.get.setData({}, saved),
  });
  const { egressMode: mode, egressHosts: hosts } = settings;
  if (!mayChange) {
    return (
      <Card>
        <CardHeader icon={<Network aria-hidden />} title={title} description={description} />
        <CardBody className="flex flex-col gap-2 text-sm">
          <p>{meanings[mode]}</p>
          {mode === "listed" ? hosts.map((host) => <CodeText key={host} text={host} />) : null}
        </CardBody>
      </Card>
    );
  }
  return (
    <RulesForm
      title={title}
      description={description}
      options={options}
      meanings={meanings}
      stored={{ mode, hosts }}
      save={(rules) => update.mutateAsync({ egressMode: rules.mode, egressHosts: rules.hosts })}
    />
  );
}
