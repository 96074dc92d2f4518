/** Where a request comes from. Next does not hand the socket to its handlers, so its address travels in a header nobody can send. */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const peerHeader = "x-djinnbot-peer";

/** Writes the peer's address into every request before anybody reads it, over whatever the client sent under that name. */
export function rememberAddresses(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const peer = request.socket.remoteAddress?.replace(/^::ffff:/, "");
    request.headers[peerHeader] = peer ?? "";
  });
}

/** The client's address: the peer's, or with `trustedProxies` the one our outermost proxy saw. Null when unknown. */
export function addressOf(headers: Headers, trustedProxies: number): string | null {
  const peer = headers.get(peerHeader);
  if (!peer) {
    return null;
  }
  const forwarded = trustedProxies === 0 ? [] : (headers.get("x-forwarded-for") ?? "").split(",");
  const chain = [...forwarded.map((part) => part.trim()).filter((part) => part !== ""), peer];
  return chain[Math.max(0, chain.length - 1 - trustedProxies)] ?? peer;
}
