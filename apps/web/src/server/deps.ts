/**
 * The process's one set of connections, its API, and what pages ask of it. The bundler makes a copy of every module for each kind of
 * entry: only the start may import the API, or the process holds it as often. Hence globalThis, and types only here.
 */
import type { Api, Deps } from "@djinnbot/api";
import type { WebEnv } from "./env.ts";
import type { identity } from "./open.ts";

export interface Web {
  env: WebEnv;
  deps: Deps & { close: () => Promise<void> };
  api: Api;
  identity: typeof identity;
}
const place = globalThis as typeof globalThis & { djinnbotWeb?: Web };

/** For the start, once. */
export function keepWeb(web: Web): void {
  place.djinnbotWeb = web;
}

/** Throws before the start, which Next waits for (instrumentation.ts). */
export function web(): Web {
  if (place.djinnbotWeb === undefined) {
    throw new Error("the web app has not been started");
  }
  return place.djinnbotWeb;
}
