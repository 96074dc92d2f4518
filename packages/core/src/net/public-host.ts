/** Is a host name one that tenants may let us reach? */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Fault } from "@djinnbot/contracts";
import { isPublicAddress } from "./address.ts";

/** Throws BAD_REQUEST when the host does not resolve, or resolves to a private address and those are not allowed. */
export async function assertPublicHost(host: string, options: { allowPrivate: boolean }): Promise<void> {
  const bare = host.replace(/^\[|\]$/g, "");
  if (options.allowPrivate) {
    return;
  }
  const addresses = isIP(bare) ? [{ address: bare }] : await lookup(bare, { all: true }).catch(() => []);
  if (addresses.length === 0) {
    throw new Fault("BAD_REQUEST", `The host ${bare} cannot be found.`);
  }
  if (!addresses.every(({ address }) => isPublicAddress(address))) {
    throw new Fault(
      "BAD_REQUEST",
      `The host ${bare} lies in a private network, which this installation does not let runs reach.`,
    );
  }
}
