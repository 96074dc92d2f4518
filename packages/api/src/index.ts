/** The edges of the platform: contracts and verbs as tRPC, REST, OpenAPI and event streams, in one fetch handler. */
export {
  browserTokenLifetimeSec,
  createDeps,
  type Deps,
  revokeBrowserSession,
  type Services,
  signBrowserToken,
  signInBrowser,
  verifyBrowserToken,
} from "@djinnbot/core";
export { type ApiConfig, apiDefaults } from "./config.ts";
export { type Door, openDoor } from "./door/index.ts";
export { type Api, createApi, type RequestInfo } from "./handler.ts";
export { createHealth, type Health, type HealthCheck } from "./health.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { type FetchHandler, type NodeHost, serve } from "./node-host.ts";
export { openApiDocument } from "./openapi.ts";
export { startPrivateServer } from "./private-server.ts";
export { requestIdOf, sessionCookieName } from "./request.ts";
export { trpcEndpoint } from "./root.ts";
export type { ApiErrorShape, AppRouter, FaultData } from "./router-type.ts";
export { isServiceToken } from "./service-token.ts";
export { findViewer, type Viewer } from "./viewer.ts";
