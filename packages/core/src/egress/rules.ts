/** May an agent connect there? By the rules of its tenant, its own and its callers', and by where the name leads. */
import { BlockList, isIP } from "node:net";
import { EnvError } from "@djinnbot/config";
import { type EgressRefusal, type EgressRules, HostPattern, privateHostProblems } from "@djinnbot/contracts";
import { isPublicAddress } from "../net/address.ts";

export interface Place {
  /** A name in lower case, or an address without brackets. */
  host: string;
  port: number;
}

/** Mail: an agent that may talk to the internet must not be a way to send it unseen. */
const mailPorts = new Set([25, 465, 587]);

/** What of the private networks the operator has opened: names and addresses as in rules, and networks such as `10.0.0.0/8`. */
export class PrivateHosts {
  readonly #patterns: string[] = [];
  readonly #networks = new BlockList();

  /** Throws an EnvError that names every entry that is no pattern and no network. */
  constructor(entries: readonly string[]) {
    const problems = privateHostProblems(entries);
    if (problems.length > 0) {
      throw new EnvError(problems.map((problem) => `EGRESS_PRIVATE_HOSTS: ${problem}`));
    }
    for (const entry of entries) {
      const [net = "", bits] = entry.split("/");
      if (bits === undefined) {
        this.#patterns.push(HostPattern.parse(entry));
      } else {
        this.#networks.addSubnet(net, Number(bits), familyOf(net));
      }
    }
  }

  /** True when the operator named this very host. */
  names(place: Place): boolean {
    return this.#patterns.some((pattern) => matches(pattern, place));
  }

  has(place: Place, address: string): boolean {
    return (
      this.names(place) || this.names({ ...place, host: address }) || this.#networks.check(address, familyOf(address))
    );
  }
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** `example.com` is that name, `*.example.com` any below it; a port, where one is given, must be the same. */
export function matches(pattern: string, { host, port }: Place): boolean {
  const colon = pattern.lastIndexOf(":");
  const [name, wanted] = colon < 0 ? [pattern, null] : [pattern.slice(0, colon), Number(pattern.slice(colon + 1))];
  if (wanted !== null && wanted !== port) {
    return false;
  }
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}

/** Null when the rules permit it; asked before the name is resolved, so that a refused name is not even told to a name server. */
export function refusedByRules(
  rules: { tenant: EgressRules; agents: readonly EgressRules[] },
  place: Place,
): EgressRefusal | null {
  if (!permits(rules.tenant, place)) {
    return "tenant";
  }
  if (!rules.agents.every((agent) => permits(agent, place))) {
    return "agent";
  }
  return mailPorts.has(place.port) ? "port" : null;
}

function permits({ mode, hosts }: EgressRules, place: Place): boolean {
  return mode === "internet" || (mode === "listed" && hosts.some((pattern) => matches(pattern, place)));
}

/** Null when every address that the name leads to may be connected to. */
export function refusedByAddress(
  privateHosts: PrivateHosts,
  place: Place,
  addresses: readonly string[],
): EgressRefusal | null {
  return addresses.every((address) => isPublicAddress(address) || privateHosts.has(place, address)) ? null : "private";
}
