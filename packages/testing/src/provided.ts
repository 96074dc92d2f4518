// What the test runner's global setup hands to every integration test through vitest's `inject`.
import type {} from "vitest";

/** Real servers, started once for the whole run. */
export interface TestServices {
  /** Owner role on the maintenance database: may create databases. */
  ownerUrl: string;
  /** Name of a migrated database without rows of its own; clone it with CREATE DATABASE … TEMPLATE. */
  templateDatabase: string;
  /** Passwords of the roles djinnbot_app and djinnbot_system. */
  appPassword: string;
  systemPassword: string;
  /** Administrator URL without a database number; 256 numbered databases are available. */
  redisUrl: string;
}

/** The Docker engine for workload tests, or why there is none. */
export type TestDocker = { socket: string } | { skip: string };

declare module "vitest" {
  export interface ProvidedContext {
    services: TestServices;
    docker: TestDocker;
  }
}
