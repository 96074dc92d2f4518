"use client";
import type { Agent } from "@djinnbot/contracts";
import { toast } from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";

/** Switches an agent on or off at once, and back with a word when the server does not agree. */
export function useSetActive(agent: Pick<Agent, "id" | "name" | "slug">): (active: boolean) => void {
  const utils = trpc.useUtils();
  const bySlug = { agentId: agent.slug };
  const update = trpc.agents.update.useMutation({
    onMutate: async ({ status }) => {
      await Promise.all([utils.agents.list.cancel({}), utils.agents.get.cancel(bySlug)]);
      const before = { list: utils.agents.list.getInfiniteData({}), one: utils.agents.get.getData(bySlug) };
      const switched = <T extends { id: string; status: Agent["status"] }>(item: T): T =>
        item.id === agent.id && status ? { ...item, status } : item;
      utils.agents.list.setInfiniteData(
        {},
        (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.map(switched) })) },
      );
      utils.agents.get.setData(bySlug, (old) => old && switched(old));
      return before;
    },
    onError: (error, _input, before) => {
      utils.agents.list.setInfiniteData({}, before?.list);
      utils.agents.get.setData(bySlug, before?.one);
      toast.error(`${agent.name} could not be switched. ${error.message}`);
    },
    onSettled: () => Promise.all([utils.agents.list.invalidate(), utils.agents.get.invalidate()]),
  });
  return (active) => update.mutate({ agentId: agent.id, status: active ? "active" : "disabled" });
}
