import type { TenantEvent } from "@djinnbot/contracts";

/** What pages show and an event may have changed. */
export type Concern = "runs" | "agents" | "providers" | "settings" | "budgets";

/** What these events are about, each once. */
export function concernsOf(events: readonly Pick<TenantEvent, "type">[]): Set<Concern> {
  const concerns = new Set<Concern>();
  for (const { type } of events) {
    const concern = concernOf(type);
    if (concern !== null) {
      concerns.add(concern);
    }
  }
  return concerns;
}

function concernOf(type: TenantEvent["type"]): Concern | null {
  if (type.startsWith("RUN") || type.startsWith("STEP_")) {
    return "runs";
  }
  if (type.startsWith("AGENT_")) {
    return "agents";
  }
  if (type.startsWith("BUDGET")) {
    return "budgets";
  }
  return type === "PROVIDERS_UPDATED" ? "providers" : type === "SETTINGS_UPDATED" ? "settings" : null;
}
