/** Where agents may connect to: rules of a tenant and of an agent, and why a connection was refused. */
import { z } from "zod";

/** `internet`: every public address. `listed`: the hosts of the list. `none`: nothing outside of the platform. */
export const EgressMode = z.enum(["internet", "listed", "none"]);
export type EgressMode = z.infer<typeof EgressMode>;

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
const hostPattern = new RegExp(`^(\\*\\.)?${label}(\\.${label})*(:[1-9][0-9]{0,4})?$`);

/** A host as a rule names it: `example.com`, `*.example.com` (every name below it), `10.1.2.3`; with `:port`, that port only. */
export const HostPattern = z
  .string()
  .trim()
  .toLowerCase()
  .max(260)
  .regex(hostPattern, "must look like example.com, *.example.com or example.com:8443");
/** One host and nothing else: no `*`, no port. A name in lower case, or an address without brackets. */
export const HostName = z.union([
  z
    .string()
    .max(253)
    .regex(new RegExp(`^${label}(\\.${label})*$`)),
  z.ipv6(),
]);
/** A single host, with a port or without: what one click may open. */
export const SingleHost = HostPattern.refine((host) => !host.includes("*"), "must be one host, without *");
export const HostPatterns = z.array(HostPattern).max(200);

/** False for what looks like a host and opens nothing: a name whose end is a number is an IPv4 address or none, and ports end at 65535. */
function canMatch(pattern: string): boolean {
  const [name = "", port = "1"] = pattern.split(":");
  const isNumber = /(^|\.)([0-9]+|0x[0-9a-f]*)$/.test(name);
  return Number(port) <= 65_535 && (!isNumber || z.ipv4().safeParse(name).success);
}

const PrivateHost = z.union([HostPattern.refine(canMatch), z.cidrv4(), z.cidrv6()]);

/** What is wrong with the operator's list of private hosts (EGRESS_PRIVATE_HOSTS), a sentence for each entry that means nothing. */
export function privateHostProblems(entries: readonly string[]): string[] {
  return entries
    .filter((entry) => !PrivateHost.safeParse(entry).success)
    .map(
      (entry) =>
        `${JSON.stringify(entry)} is no name, IPv4 address or network; write registry.internal, 10.1.2.3:5000, 10.0.0.0/8 or fd00::/8`,
    );
}

/** A list whose mode does not use it is kept, so that a change of the mode can be taken back. */
export interface EgressRules {
  mode: EgressMode;
  hosts: readonly string[];
}

/**
 * Why a connection was refused. `tenant`, `agent`: by the rules of these. `private`: the address is not on the public internet
 * and the operator has not opened it. `port`: mail, which no agent sends by itself.
 */
export const EgressRefusal = z.enum(["tenant", "agent", "private", "port"]);
export type EgressRefusal = z.infer<typeof EgressRefusal>;
