/** The things whose name, role, slug or description hold every word that was typed, in any order and case. */
export function filterByWords<T extends { name: string; slug: string; role: string | null; description: string }>(
  items: readonly T[],
  typed: string,
): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const text = `${item.name} ${item.role ?? ""} ${item.slug} ${item.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export type AgentFilter = { words: string; show: "all" | "busy" | "off"; view: "cards" | "rows" };

/** The filter that an address holds. */
export function readAgentFilter(params: Pick<URLSearchParams, "get">): AgentFilter {
  const show = params.get("show");
  return {
    words: params.get("q") ?? "",
    show: show === "busy" || show === "off" ? show : "all",
    view: params.get("view") === "rows" ? "rows" : "cards",
  };
}

type Listed = Parameters<typeof filterByWords>[0][number] & { id: string; status: string };

/** The agents a filter asks for, "Analyst 14" before "Analyst 139". */
export function selectAgents<A extends Listed>(
  agents: readonly A[],
  activities: ReadonlyMap<string, { state: string; queueLength: number }>,
  { words, show }: Pick<AgentFilter, "words" | "show">,
): A[] {
  const isBusy = ({ id }: A) => {
    const activity = activities.get(id);
    return activity !== undefined && (activity.state !== "idle" || activity.queueLength > 0);
  };
  const isMeant = (agent: A) => (show === "all" ? true : show === "busy" ? isBusy(agent) : agent.status === "disabled");
  return filterByWords(agents, words)
    .filter(isMeant)
    .toSorted((a, b) => naturalOrder.compare(a.name, b.name));
}

const naturalOrder = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
