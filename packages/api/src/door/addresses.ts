/** Where a name leads, without a thread of the pool that the whole process shares: an agent chooses how slow its names are. */
import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

const resolver = new Resolver({ timeout: 3000, tries: 2 });

/** Empty when the name leads nowhere. `isOurs`: the operator named it, so the machine's own list of hosts counts too. */
export type Resolve = (host: string, options: { isOurs: boolean }) => Promise<string[]>;

export const addressesOf: Resolve = async (host, { isOurs }) => {
  if (isIP(host) !== 0) {
    return [host];
  }
  if (isOurs) {
    return (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
  }
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
};

/** An address of this machine, public ones too: what listens there is not for agents. */
export function isOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address));
}
