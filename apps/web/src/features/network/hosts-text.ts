/** A list of hosts as people type it: one a line, or separated by spaces and commas. */
import { HostPattern, HostPatterns } from "@djinnbot/contracts";

export type Typed = { hosts: string[]; problem: null } | { hosts: null; problem: string };

export function toText(hosts: readonly string[]): string {
  return hosts.join("\n");
}

/** What was typed, each host once; or what is wrong with it. An address of a page counts as its host. */
export function readHosts(text: string): Typed {
  const entries = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => entry.replace(/^https?:\/\/([^/]+)(\/.*)?$/i, "$1"));
  const wrong = entries.filter((entry) => !HostPattern.safeParse(entry).success);
  if (wrong.length > 0) {
    return { hosts: null, problem: `Not a host: ${wrong.slice(0, 3).join(", ")}. Write example.com or *.example.com.` };
  }
  const hosts = [...new Set(entries.map((entry) => entry.toLowerCase()))];
  const parsed = HostPatterns.safeParse(hosts);
  return parsed.success ? { hosts: parsed.data, problem: null } : { hosts: null, problem: "At most 200 hosts." };
}
