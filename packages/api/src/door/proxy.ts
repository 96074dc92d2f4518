/** The proxy that leads outside: for each connection it asks who wants it, where to, and whether that is allowed. */
import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { type EgressRefusal, HostName } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import {
  type DoorSession,
  type Place,
  PrivateHosts,
  readSessionLogin,
  refusedByAddress,
  refusedByRules,
  type SessionEgress,
} from "@djinnbot/core/egress";
import { type PrepareRequestFunctionOpts, type PrepareRequestFunctionResult, RequestError, Server } from "proxy-chain";
import { addressesOf, isOfThisMachine, type Resolve } from "./addresses.ts";
import { ProxySessions } from "./sessions.ts";

export interface EgressProxy {
  /** On loopback. */
  port: number;
  close(): Promise<void>;
}

/** Until a request has come, in ms. */
const loginMs = 10_000;
/** A connection on which nothing is said for this long is ended, in ms. */
const idleMs = 10 * 60_000;

export async function startEgressProxy(
  deps: Deps,
  rulesMs: number,
  resolve: Resolve = addressesOf,
): Promise<EgressProxy> {
  const privateHosts = new PrivateHosts(deps.config.egressPrivateHosts);
  const sessions = new ProxySessions(deps, rulesMs);
  const owners = new Map<number, DoorSession>();
  // Never shared: a connection that was checked for one tenant must not serve another.
  const httpAgent = new Agent({ keepAlive: false });

  const prepare = async (asked: PrepareRequestFunctionOpts): Promise<PrepareRequestFunctionResult> => {
    const login = { user: asked.username, password: asked.password };
    const session = readSessionLogin(deps.config.authSecretKey, "proxy", login);
    const egress = session && (await sessions.egressOf(session));
    if (!session || !egress) {
      return { requestAuthentication: true, failMsg: "This proxy serves running sessions only." };
    }
    const place = { host: asked.hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase(), port: asked.port };
    if (!HostName.safeParse(place.host).success) {
      throw new RequestError("That is no host name and no IP address.", 400);
    }
    if (!owners.has(asked.connectionId)) {
      if (!sessions.connected(session)) {
        throw new RequestError("Too many connections are open at once.", 429);
      }
      owners.set(asked.connectionId, session);
    }
    const found = await decide({ rules: egress, place, privateHosts, resolve });
    if (found.reason !== null) {
      const detail = sentenceOf(found.reason, place, egress.agents.length > 1);
      sessions.tellRefused(session, egress, { place, reason: found.reason, detail });
      throw new RequestError(detail, 403);
    }
    return { dnsLookup: pinned(found.addresses) as never, httpAgent };
  };

  const server = new Server({ host: "127.0.0.1", port: 0, authRealm: "djinnbot", prepareRequestFunction: prepare });
  server.server.on("connection", (socket) => socket.setTimeout(idleMs));
  server.server.headersTimeout = loginMs;
  server.on("connectionClosed", ({ connectionId }: { connectionId: number }) => {
    const session = owners.get(connectionId);
    owners.delete(connectionId);
    if (session) {
      sessions.disconnected(session);
    }
  });
  server.on("requestFailed", ({ error }: { error: Error }) =>
    deps.log.warn({ err: error.message }, "the proxy of the workloads failed"),
  );
  await server.listen();
  return { port: server.port, close: () => server.close(true) };
}

/** Where to connect to, or why not. Throws when the name leads nowhere. */
async function decide({
  rules,
  place,
  privateHosts,
  resolve,
}: {
  rules: Pick<SessionEgress, "tenant" | "agents">;
  place: Place;
  privateHosts: PrivateHosts;
  resolve: Resolve;
}): Promise<{ reason: EgressRefusal } | { reason: null; addresses: string[] }> {
  const reason = refusedByRules(rules, place);
  if (reason !== null) {
    return { reason };
  }
  const addresses = await resolve(place.host, { isOurs: privateHosts.names(place) });
  if (addresses.length === 0) {
    throw new RequestError(`The name ${place.host} could not be resolved.`, 502);
  }
  const isNear = addresses.some((address) => isOfThisMachine(address) && !privateHosts.has(place, address));
  return { reason: isNear ? "private" : refusedByAddress(privateHosts, place, addresses), addresses };
}

/** Connects only to what was checked: a name that changes its mind in between gains nothing. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, options, done) => {
    const [first] = all;
    if (options.all) {
      done(null, all);
    } else {
      done(null, first?.address ?? "", first?.family);
    }
  };
}

/** Beside the place, which its reader knows: the program that asked, and the run's page, which names it. */
function sentenceOf(reason: EgressRefusal, { port }: Place, isShared: boolean): string {
  switch (reason) {
    case "tenant":
      return "The network rules of this team do not allow it. They are under Settings → Network.";
    case "agent":
      return `The network rules of this agent${isShared ? ", or of one that called it," : ""} do not allow it. They are on the agent's page, under Configuration.`;
    case "private":
      return "It leads to a private address, which only whoever runs this installation can open (EGRESS_PRIVATE_HOSTS).";
    case "port":
      return `Port ${port} is for mail, which agents cannot send directly.`;
  }
}
