/** Where agents may connect to, and how the proxy that leads outside knows them. */
export { type ProxySession, proxyLogin, readProxyLogin } from "./proxy-login.ts";
export { matches, type Place, PrivateHosts, refusedByAddress, refusedByRules } from "./rules.ts";
export { readSessionEgress, type SessionEgress } from "./session-egress.ts";
