/** Which network addresses a tenant's URL may reach: public unicast only. */
import { BlockList, isIP } from "node:net";

/** Everything that is not the public internet (IANA special-purpose registry), among it cloud metadata at 169.254.169.254. */
const notPublic4 = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  notPublic4.addSubnet(net, bits, "ipv4");
}
/** Of IPv6 only 2000::/3 is public, without what tunnels to IPv4 or is for documentation. */
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
const notPublic6 = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  notPublic6.addSubnet(net, bits, "ipv6");
}

/** False for anything that is not an IP address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address, "ipv4");
    case 6:
      return global6.check(address, "ipv6") && !notPublic6.check(address, "ipv6");
    default:
      return false;
  }
}

/** Host of a URL as an address, when it is written as one; null for a name. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? null : host;
}

/** Whoever has one IPv6 address has its whole /64: for counting, they are one. Other addresses, and what is none, stay as they are. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) {
    return address;
  }
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) {
    return mapped;
  }
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const left = head.split(":").filter((group) => group !== "");
  // Without `::` all groups are on the left; with it, what is not written is zero.
  const right = (tail ?? "")
    .split(":")
    .flatMap((group) => (group === "" ? [] : group.includes(".") ? ["0", "0"] : group));
  const missing = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill("0");
  const groups = [...left, ...missing, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
