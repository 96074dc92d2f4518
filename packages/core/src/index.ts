/** The verbs: business logic, one function per file, and the ways edges call them. */
export * from "./call.ts";
export type * from "./ctx.ts";
export * from "./deps.ts";
export * from "./guard.ts";
export * from "./outbox.ts";
export type * from "./services.ts";
export * from "./verbs.ts";
export * from "./version.ts";
