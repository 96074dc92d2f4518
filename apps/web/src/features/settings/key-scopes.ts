import type { Scope } from "@djinnbot/contracts";

export type ScopePreset = { id: string; label: string; hint: string; scopes: readonly Scope[] };

const read: readonly Scope[] = [
  "tenant:read",
  "agents:read",
  "pipelines:read",
  "runs:read",
  "events:read",
  "llm:read",
  "self:read",
];

/** What keys are usually for, the narrowest first. */
export const scopePresets: readonly ScopePreset[] = [
  { id: "read", label: "Read", hint: "Look at agents, pipelines, runs and their events.", scopes: read },
  {
    id: "run",
    label: "Start runs",
    hint: "Read, and start, cancel and restart runs. For CI.",
    scopes: [...read, "runs:write"],
  },
  {
    id: "build",
    label: "Build",
    hint: "Start runs, and change agents and pipelines.",
    scopes: [...read, "runs:write", "agents:write", "pipelines:write"],
  },
];

/** The scopes of a preset that the maker has; a key never may more than who made it. */
export function grantable(wanted: readonly Scope[], own: readonly Scope[]): Scope[] {
  return wanted.filter((scope) => own.includes(scope));
}

/** The preset that is exactly these scopes, or null. */
export function presetOf(scopes: readonly Scope[], own: readonly Scope[]): string | null {
  const same = (preset: ScopePreset) => {
    const wanted = grantable(preset.scopes, own);
    return wanted.length === scopes.length && wanted.every((scope) => scopes.includes(scope));
  };
  return scopePresets.find(same)?.id ?? null;
}
