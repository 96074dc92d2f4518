"use client";
import { toDjinnError } from "@djinnbot/client";
import type { RefusedPlace } from "@djinnbot/contracts";
import { toast, withUndo } from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";
import { explainFault } from "../form/explain-fault.ts";

export type Allow = NonNullable<RefusedPlace["allow"]>;

/** Allows a refused host at once, and offers to take that back. */
export function useAllow(): { allow: (wanted: Allow) => void; pending: Allow | null } {
  const utils = trpc.useUtils();
  const refresh = () =>
    Promise.all([
      utils.network.refusals.invalidate(),
      utils.settings.get.invalidate(),
      utils.agents.getConfig.invalidate(),
    ]);
  const update = trpc.settings.update.useMutation();
  const putConfig = trpc.agents.putConfig.useMutation();
  const takeBack = async ({ host, agentId }: Allow, hosts: readonly string[]) => {
    const egressHosts = hosts.filter((listed) => listed !== host);
    await (agentId === null ? update.mutateAsync({ egressHosts }) : putConfig.mutateAsync({ agentId, egressHosts }));
    await refresh();
  };
  const mutation = trpc.network.allow.useMutation({
    onSuccess: ({ hosts }, { host, agentId = null }) => {
      toast.success(`${host} is allowed`, {
        description: "It counts from now on, also for runs that are at work.",
        ...withUndo(() => void takeBack({ host, agentId }, hosts).catch(tell)),
      });
      return refresh();
    },
    onError: tell,
  });
  const { variables } = mutation;
  return {
    allow: ({ host, agentId }) => mutation.mutate({ host, ...(agentId === null ? {} : { agentId }) }),
    pending: mutation.isPending && variables ? { host: variables.host, agentId: variables.agentId ?? null } : null,
  };
}

function tell(error: unknown): void {
  const { why, fix } = explainFault(toDjinnError(error));
  toast.error(why, fix ? { description: fix } : {});
}
