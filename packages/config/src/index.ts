/** Environment, logging and tenant paths: what every process of ours starts with. */
export * from "./env.ts";
export * from "./log.ts";
export * from "./paths.ts";
