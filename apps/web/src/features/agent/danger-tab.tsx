"use client";
import type { AgentDetail } from "@djinnbot/contracts";
import { Button, Card, CardBody, CardHeader, ConfirmDialog, plural } from "@djinnbot/ui";
import { Trash2, TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { forgetDraft } from "../form/draft.ts";

/** What cannot be undone. */
export function DangerTab({ agent }: { agent: AgentDetail }) {
  const [asking, setAsking] = useState(false);
  const router = useRouter();
  const utils = trpc.useUtils();
  const remove = trpc.agents.delete.useMutation();
  const open = trpc.runs.list.useQuery({ agentId: agent.slug, status: "running", limit: 50 });
  const running = open.data?.items.length ?? 0;

  const confirm = async () => {
    await remove.mutateAsync({ agentId: agent.id });
    forgetDraft(`persona:${agent.id}`);
    router.push("/agents");
    await Promise.all([utils.agents.list.invalidate(), utils.agents.status.invalidate()]);
  };
  return (
    <Card className="max-w-3xl border-danger-line">
      <CardHeader icon={<TriangleAlert aria-hidden className="text-danger" />} title="Delete this agent" />
      <CardBody className="flex flex-col items-start gap-3 text-sm">
        <p>
          Its character and configuration go for good. To keep it for later, switch it off instead: it then takes no
          work.
        </p>
        <Button variant="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking(true)}>
          Delete the agent
        </Button>
      </CardBody>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${agent.name}?`}
        description="This cannot be undone. What goes:"
        consequences={[
          `${plural(agent.personaFiles.length, "persona text")} and the configuration`,
          `the short name “${agent.slug}”: runs of pipelines that call it fail until another agent has it`,
          ...(running > 0 ? [`${plural(running, "run")} under way that it works on: they fail at its next step`] : []),
          "Finished runs stay readable",
        ]}
        confirmLabel="Delete the agent"
        typeToConfirm={agent.slug}
        onConfirm={confirm}
      />
    </Card>
  );
}
