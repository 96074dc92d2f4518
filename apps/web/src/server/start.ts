/** What the process does once, before its first request. */
import { type NodeHost, startPrivateServer } from "@djinnbot/api";
import { EnvError } from "@djinnbot/config";
import { rememberAddresses } from "./address.ts";
import { web } from "./deps.ts";
import { endOnTerm } from "./ending.ts";

/** Ends the process when it cannot start: Next would keep it running and answer every request with 500. */
export async function start(): Promise<void> {
  try {
    await open();
  } catch (error) {
    process.stderr.write(`${error instanceof EnvError ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
}

async function open(): Promise<void> {
  rememberAddresses();
  const { env, api, deps } = web();
  let operators: NodeHost | undefined;
  endOnTerm({ log: deps.log, close: () => Promise.all([api.close(), operators?.close()]) });
  if (env.METRICS_PORT !== undefined) {
    const { registry } = api.metrics;
    const options = {
      ...{ port: env.METRICS_PORT, host: env.METRICS_HOST, register: registry, health: api.health },
      serviceToken: env.SERVICE_TOKEN,
    };
    operators = await startPrivateServer(options).catch((error: Error) => {
      throw new EnvError([`METRICS_PORT: nothing can listen there (${error.message})`]);
    });
    deps.log.info({ url: operators.url }, "health and metrics");
  }
}
