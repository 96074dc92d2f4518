/** The process's one set of connections and its API; kept on globalThis because the bundler makes several copies of modules. */
import { type Api, createApi, createDeps, type Deps } from "@djinnbot/api";
import { type WebEnv, webEnv } from "./env.ts";

export interface Web {
  env: WebEnv;
  deps: Deps & { close: () => Promise<void> };
  api: Api;
}
const place = globalThis as typeof globalThis & { djinnbotWeb?: Web };

/** Opens on first use. */
export function web(): Web {
  place.djinnbotWeb ??= open();
  return place.djinnbotWeb;
}

function open(): Web {
  const env = webEnv();
  const deps = createDeps(env, { service: "web", instance: env.INSTANCE_ID });
  const requestLimit = { points: env.REQUEST_LIMIT, windowSec: env.REQUEST_LIMIT_WINDOW_SEC };
  return { env, deps, api: createApi({ deps, config: { redisUrl: env.REDIS_URL, requestLimit, opensDoor: true } }) };
}
