/** Where agents may connect to, and how the proxy that leads outside knows them. */
export { type Refusal, recordRefusal } from "./record-refusal.ts";
export { type Place, PrivateHosts, refusedByAddress, refusedByRules } from "./rules.ts";
export { readSessionEgress, type SessionEgress } from "./session-egress.ts";
export {
  type DoorSession,
  readSessionLogin,
  redisUserPassword,
  type SessionLogin,
  sessionLogin,
} from "./session-login.ts";
