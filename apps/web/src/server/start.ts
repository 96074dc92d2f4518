/** What the process does once, before its first request. */
import { startPrivateServer } from "@djinnbot/api";
import { rememberAddresses } from "./address.ts";
import { web } from "./deps.ts";

export async function start(): Promise<void> {
  rememberAddresses();
  const { env, api, deps } = web();
  // Live pages would hold the server open; they come back to the next process by themselves.
  process.once("SIGTERM", () => void api.close());
  if (env.METRICS_PORT !== undefined) {
    const { registry } = api.metrics;
    const options = { port: env.METRICS_PORT, host: env.METRICS_HOST, register: registry, health: api.health };
    const { url } = await startPrivateServer(options);
    deps.log.info({ url }, "health and metrics");
  }
}
