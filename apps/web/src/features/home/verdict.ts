import type { OutputOf, system } from "@djinnbot/contracts";
import { plural } from "@djinnbot/ui";

export type SystemStatus = OutputOf<typeof system.status>;
export type PartState = { name: string; value: string; state: "ok" | "warn" | "danger"; remedy: string | null };

/** Every part of the installation with its state, the broken ones with what to do. */
export function systemParts(status: SystemStatus, model: PartState): PartState[] {
  return [
    { name: "Web", value: `Version ${status.version}`, state: "ok", remedy: null },
    engines(status),
    reachable("Database", status.databaseConnected),
    reachable("Redis", status.redisConnected),
    sandbox(status),
    door(status),
    model,
  ];
}

function engines({ engines: count, engineVersion }: SystemStatus): PartState {
  const version = engineVersion === null ? "" : `, version ${engineVersion}`;
  return count > 0
    ? { name: "Engine", value: `${plural(count, "instance")}${version}`, state: "ok", remedy: null }
    : {
        name: "Engine",
        value: "None is running",
        state: "danger",
        remedy: "Runs wait until an engine is started. Nothing is lost.",
      };
}

function reachable(name: string, isConnected: boolean): PartState {
  return isConnected
    ? { name, value: "Connected", state: "ok", remedy: null }
    : { name, value: "Not reachable", state: "danger", remedy: "Ask whoever runs this installation to look at it." };
}

/** By which agents reach the platform itself, and what the network rules allow. */
function door({ door: { served, problem } }: SystemStatus): PartState {
  return {
    name: "Agents' door",
    value: served ? "Served" : "Not served",
    state: served ? "ok" : "danger",
    remedy: problem,
  };
}

const SANDBOXES: Record<string, string> = {
  bubblewrap: "Isolated process",
  container: "Docker container",
  pod: "Kubernetes pod",
};

function sandbox({ workload }: SystemStatus): PartState {
  if (workload.sandbox === null) {
    return { name: "Sandbox", value: "Unknown", state: "warn", remedy: "An engine tells it once it runs." };
  }
  return workload.sandbox === "none"
    ? { name: "Sandbox", value: "None", state: "warn", remedy: "Agents run as plain processes: trusted work only." }
    : { name: "Sandbox", value: SANDBOXES[workload.sandbox] ?? workload.sandbox, state: "ok", remedy: null };
}

/** The answer to "is everything all right, what is running, what needs me?" in one sentence. */
export function verdict(facts: { parts: readonly PartState[]; running: number; attention: number }): {
  state: PartState["state"];
  text: string;
} {
  const broken = facts.parts.filter((part) => part.state === "danger");
  const doing = facts.running === 0 ? "Nothing is running" : `${plural(facts.running, "run")} in progress`;
  const needs =
    facts.attention === 0
      ? "nothing needs you"
      : `${plural(facts.attention, "thing")} ${facts.attention === 1 ? "needs" : "need"} you`;
  if (broken.length > 0) {
    const names = broken.map((part) => part.name.toLowerCase()).join(" and ");
    return { state: "danger", text: `The system is impaired: ${names}. ${doing}, ${needs}.` };
  }
  return { state: "ok", text: `All systems work. ${doing}, ${needs}.` };
}
