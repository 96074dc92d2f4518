/** The verbs: business logic, one function per file, and the ways edges call them. */

export { type AgentProfile, findAgentProfile } from "./agent/profile.ts";
export { deleteRunKeys, runKeyOf } from "./api-key/run-key.ts";
export { anonymousCaller, authenticate, type Credentials } from "./auth/authenticate.ts";
export { browserTokenLifetimeSec, signBrowserToken, verifyBrowserToken } from "./auth/browser-token.ts";
export { signInBrowser } from "./auth/login.ts";
export { revokeBrowserSession } from "./auth/logout.ts";
export { sweepCredentials, sweepRefusals } from "./auth/sweep.ts";
export { stepBudgetStatement } from "./budget/for-run.ts";
export * from "./call.ts";
export { type SecretPlace, secretBox } from "./crypto/secret-box.ts";
export type * from "./ctx.ts";
export * from "./deps.ts";
export { type DownloadFile, openDownload } from "./downloads.ts";
export {
  findContextWindow,
  gatewayAuthorization,
  handleModelCall,
  type ModelCallRequest,
  seedPrices,
} from "./gateway/index.ts";
export * from "./guard.ts";
export { redisOr } from "./limits/redis-first.ts";
export * from "./outbox.ts";
export { isPassing, passingFault } from "./passing.ts";
export { removeRunTraces } from "./run/traces.ts";
export type * from "./services.ts";
export { findProvider, readSettings, readStepSettings, type StepSettings } from "./settings/index.ts";
export { doorProblem, isServed } from "./system/door.ts";
export { type PlatformProvider, seedPlatformProviders } from "./system/seed-platform.ts";
export * from "./verbs.ts";
export * from "./version.ts";
