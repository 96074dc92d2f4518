/** A list of hosts as people type it: one a line, or with commas between. */
import { HostPattern, HostPatterns } from "@djinnbot/contracts";

export type Typed = { hosts: string[]; problem: null } | { hosts: null; problem: string };

export function toText(hosts: readonly string[]): string {
  return hosts.join("\n");
}

/** What was typed, each host once; or what is wrong with it. An address of a page counts as its host. */
export function readHosts(text: string): Typed {
  const entries = text
    .split(/[\n,]+/)
    .map((entry) => entry.trim().replace(/^https?:\/\/([^/]+)(\/.*)?$/i, "$1"))
    .filter((entry) => entry !== "");
  const wrong = entries.filter((entry) => !HostPattern.safeParse(entry).success);
  if (wrong.length > 0) {
    const named = wrong.slice(0, 3).map((entry) => `“${entry}”`);
    return { hosts: null, problem: `Not a host: ${named.join(", ")}. Write example.com or *.example.com, one a line.` };
  }
  const hosts = [...new Set(entries.map((entry) => entry.toLowerCase()))];
  const parsed = HostPatterns.safeParse(hosts);
  return parsed.success ? { hosts: parsed.data, problem: null } : { hosts: null, problem: "At most 200 hosts." };
}
