/** Fixtures for tests: real servers, own databases, tenants by registration, the demo repository. */
export * from "./database.ts";
export { createDemoRepository } from "./demo-repository.ts";
export { keepLog, type LogLine } from "./log.ts";
export type { TestDocker, TestServices } from "./provided.ts";
export * from "./tcp-proxy.ts";
export * from "./tenants.ts";
