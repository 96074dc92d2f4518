// Child process of the REST and the event stream bench: our edge on its own Node host.
import { createApi, serve } from "@djinnbot/api";
import { createDeps } from "@djinnbot/core";
import { childInput, onParentGone, tellParent } from "../lib/child.ts";
import type { ServiceSettings } from "../lib/servers.ts";

export interface ApiOut {
  kind: "ready";
  url: string;
}

const { settings, redisUrl } = childInput<{ settings: ServiceSettings; redisUrl: string }>();
const deps = createDeps(settings, { service: "api", instance: "api-bench" });
// Requests and places of event streams are counted as always, only never used up.
const maxStreams = { perTenant: 10_000, perProcess: 10_000 };
const api = createApi({ deps, config: { redisUrl, requestLimit: { points: 100_000_000, windowSec: 10 }, maxStreams } });
const host = await serve((request, info) => api.fetch(request, info));
tellParent({ kind: "ready", url: host.url } satisfies ApiOut);
onParentGone(async () => {
  await host.close(100);
  await api.close();
  await deps.close();
});
