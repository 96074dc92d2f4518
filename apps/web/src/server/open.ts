/** Opens connections and API. For the start only: deps.ts says why. */
import {
  browserTokenLifetimeSec,
  createApi,
  createDeps,
  findViewer,
  revokeBrowserSession,
  sessionCookieName,
  signBrowserToken,
  signInBrowser,
  verifyBrowserToken,
} from "@djinnbot/api";
import { Fault } from "@djinnbot/contracts";
import type { Web } from "./deps.ts";
import { webEnv } from "./env.ts";

/** How browsers sign in and are known again. `isFault`: another copy of the class would not know those that are thrown here. */
export const identity = {
  browserTokenLifetimeSec,
  findViewer,
  isFault: (error: unknown): error is Fault => error instanceof Fault,
  revokeBrowserSession,
  sessionCookieName,
  signBrowserToken,
  signInBrowser,
  verifyBrowserToken,
};

/** Throws EnvError. Connects on first use. */
export function openWeb(): Web {
  const env = webEnv();
  const deps = createDeps(env, { service: "web", instance: env.INSTANCE_ID });
  const requestLimit = { points: env.REQUEST_LIMIT, windowSec: env.REQUEST_LIMIT_WINDOW_SEC };
  const api = createApi({ deps, config: { redisUrl: env.REDIS_URL, requestLimit, opensDoor: true } });
  return { env, deps, api, identity };
}
